/**
 * The messages of the ONNX file format as plain immutable objects.
 *
 * Names are those of `onnx.proto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) in camel case. Repeated
 * fields are always arrays; other fields are `undefined` when the file does not hold them. Fields that are not listed
 * (also those of future versions) survive as bytes in `unknownFields`.
 */

export interface Message {
  /** Fields that the schema does not know, each with its tag, in the order in which they were met. */
  readonly unknownFields?: readonly Uint8Array[];
}

/** A model: its graph, the operators that it may use, and what it says of itself. */
export interface ModelProto extends Message {
  readonly irVersion?: number;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: bigint;
  readonly docString?: string;
  readonly graph?: GraphProto;
  readonly metadataProps: readonly StringStringEntryProto[];
  readonly functions: readonly FunctionProto[];
}

/** A set of operators that a model imports, by domain and version. */
export interface OperatorSetIdProto extends Message {
  readonly domain?: string;
  readonly version?: number;
}

/** An entry of metadata. */
export interface StringStringEntryProto extends Message {
  readonly key?: string;
  readonly value?: string;
}

/** A graph: nodes, weights, inputs and outputs. */
export interface GraphProto extends Message {
  readonly node: readonly NodeProto[];
  readonly name?: string;
  readonly initializer: readonly TensorProto[];
  readonly sparseInitializer: readonly SparseTensorProto[];
  readonly docString?: string;
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
  readonly quantizationAnnotation: readonly TensorAnnotation[];
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** A call of an operator. */
export interface NodeProto extends Message {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attribute: readonly AttributeProto[];
  readonly docString?: string;
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** An attribute of a node; which field holds its value follows from its type. */
export interface AttributeProto extends Message {
  readonly name?: string;
  readonly refAttrName?: string;
  readonly docString?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly sparseTensor?: SparseTensorProto;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly Uint8Array[];
  readonly tensors: readonly TensorProto[];
  readonly graphs: readonly GraphProto[];
}

/**
 * A tensor: type, dimensions and data. The data stand in one of the typed fields, as raw bytes, or in a file beside the model.
 */
export interface TensorProto extends Message {
  readonly dims: readonly number[];
  readonly dataType?: number;
  /** Little-endian float32, four bytes an element. */
  readonly floatData?: Uint8Array;
  /** Varints, as they stand in the file. */
  readonly int32Data?: Uint8Array;
  readonly stringData: readonly Uint8Array[];
  /** Varints, as they stand in the file. */
  readonly int64Data?: Uint8Array;
  readonly name?: string;
  readonly docString?: string;
  readonly rawData?: Uint8Array;
  readonly externalData: readonly StringStringEntryProto[];
  readonly dataLocation?: number;
  /** Little-endian float64, eight bytes an element. */
  readonly doubleData?: Uint8Array;
  /** Varints, as they stand in the file. */
  readonly uint64Data?: Uint8Array;
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** A tensor that stores only the elements that are not zero. */
export interface SparseTensorProto extends Message {
  readonly values?: TensorProto;
  readonly indices?: TensorProto;
  readonly dims: readonly number[];
}

/** The name and type of a value. */
export interface ValueInfoProto extends Message {
  readonly name?: string;
  readonly type?: TypeProto;
  readonly docString?: string;
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** Types other than dense tensors stay in `unknownFields`. */
export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto;
  readonly denotation?: string;
}

/** The type of a dense tensor: what its elements are, and its shape. */
export interface TensorTypeProto extends Message {
  readonly elemType?: number;
  readonly shape?: TensorShapeProto;
}

/** The sizes of the axes of a tensor. */
export interface TensorShapeProto extends Message {
  readonly dim: readonly DimensionProto[];
}

/** The size of an axis: a number, or a name for a size that varies. */
export interface DimensionProto extends Message {
  readonly dimValue?: number;
  readonly dimParam?: string;
  readonly denotation?: string;
}

/** What a model says of how a value is quantized. */
export interface TensorAnnotation extends Message {
  readonly tensorName?: string;
  readonly quantParameterTensorNames: readonly StringStringEntryProto[];
}

/** An operator that the model itself defines by nodes. */
export interface FunctionProto extends Message {
  readonly name?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly string[];
  readonly attributeProto: readonly AttributeProto[];
  readonly node: readonly NodeProto[];
  readonly docString?: string;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly domain?: string;
  readonly overload?: string;
  readonly valueInfo: readonly ValueInfoProto[];
  readonly metadataProps: readonly StringStringEntryProto[];
}
