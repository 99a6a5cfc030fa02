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
  /** Version of the format. */
  readonly irVersion?: number;
  /** Operators that nodes may call, a version for each domain. */
  readonly opsetImport: readonly OperatorSetIdProto[];
  /** The program that wrote the file. */
  readonly producerName?: string;
  readonly producerVersion?: string;
  /** The author's name space, as a domain name backwards. */
  readonly domain?: string;
  /** Version of the model itself. */
  readonly modelVersion?: bigint;
  /** For people to read. */
  readonly docString?: string;
  readonly graph?: GraphProto;
  /** What programs note about the model. */
  readonly metadataProps: readonly StringStringEntryProto[];
  /** Operators that the model defines by nodes. */
  readonly functions: readonly FunctionProto[];
}

/** A set of operators that a model imports, by domain and version. */
export interface OperatorSetIdProto extends Message {
  /** `''` or `ai.onnx` for ONNX's own. */
  readonly domain?: string;
  /** Number of the operator set. */
  readonly version?: number;
}

/** An entry of metadata. */
export interface StringStringEntryProto extends Message {
  readonly key?: string;
  readonly value?: string;
}

/** A graph: nodes, weights, inputs and outputs. */
export interface GraphProto extends Message {
  /** In an order in which they can be run. */
  readonly node: readonly NodeProto[];
  readonly name?: string;
  /** Weights and constants, by their names. */
  readonly initializer: readonly TensorProto[];
  readonly sparseInitializer: readonly SparseTensorProto[];
  readonly docString?: string;
  /** What the graph is given, and gives; types of values between may stand in `valueInfo`. */
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
  /** Scales and zero points that belong to values. */
  readonly quantizationAnnotation: readonly TensorAnnotation[];
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** A call of an operator. */
export interface NodeProto extends Message {
  /** Names of values; `''` for an optional one that is left out. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** Of the node itself, for people; nothing refers to it. */
  readonly name?: string;
  /** Operator, domain and, of functions of one name, which of them. */
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
  /** In a function: the attribute of its call that gives the value. */
  readonly refAttrName?: string;
  readonly docString?: string;
  /** Which of the fields below holds the value, by `AttributeProto.AttributeType`. */
  readonly type?: number;
  /** One number, whole number, text in UTF-8, tensor, graph or sparse tensor. */
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly sparseTensor?: SparseTensorProto;
  /** Lists of the same. */
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
  /** Sizes of the axes; none for a scalar. */
  readonly dims: readonly number[];
  /** Type of the elements, as in {@link dataType}; the typed fields hold what it allows. */
  readonly dataType?: number;
  /** Little-endian float32, four bytes an element. */
  readonly floatData?: Uint8Array;
  /** Varints, as they stand in the file. */
  readonly int32Data?: Uint8Array;
  /** Texts, mostly UTF-8. */
  readonly stringData: readonly Uint8Array[];
  /** Varints, as they stand in the file. */
  readonly int64Data?: Uint8Array;
  readonly name?: string;
  readonly docString?: string;
  /** Little-endian elements, packed: of any type but texts. */
  readonly rawData?: Uint8Array;
  /** Entries `location`, `offset` and `length` of data beside the model. */
  readonly externalData: readonly StringStringEntryProto[];
  /** 1 where the data lie beside the model, else 0. */
  readonly dataLocation?: number;
  /** Little-endian float64, eight bytes an element. */
  readonly doubleData?: Uint8Array;
  /** Varints, as they stand in the file. */
  readonly uint64Data?: Uint8Array;
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** A tensor that stores only the elements that are not zero. */
export interface SparseTensorProto extends Message {
  /** [elements that are not zero] */
  readonly values?: TensorProto;
  /** Their places, int64: [elements], counted row by row, or [elements × axes]. */
  readonly indices?: TensorProto;
  /** Sizes of the whole tensor. */
  readonly dims: readonly number[];
}

/** The name and type of a value. */
export interface ValueInfoProto extends Message {
  readonly name?: string;
  /** Undefined where only the name is known. */
  readonly type?: TypeProto;
  readonly docString?: string;
  readonly metadataProps: readonly StringStringEntryProto[];
}

/** Types other than dense tensors stay in `unknownFields`. */
export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto;
  /** What the value means, such as "IMAGE"; rarely there. */
  readonly denotation?: string;
}

/** The type of a dense tensor: what its elements are, and its shape. */
export interface TensorTypeProto extends Message {
  /** Type of the elements, as in {@link dataType}. */
  readonly elemType?: number;
  /** Undefined where not even the number of axes is known. */
  readonly shape?: TensorShapeProto;
}

/** The sizes of the axes of a tensor. */
export interface TensorShapeProto extends Message {
  /** One entry for each axis. */
  readonly dim: readonly DimensionProto[];
}

/** The size of an axis: a number, or a name for a size that varies. */
export interface DimensionProto extends Message {
  /** The size itself, or the name of one that varies; neither where nothing is known. */
  readonly dimValue?: number;
  readonly dimParam?: string;
  readonly denotation?: string;
}

/** What a model says of how a value is quantized. */
export interface TensorAnnotation extends Message {
  /** The value that is quantized. */
  readonly tensorName?: string;
  /** From "SCALE_TENSOR" and "ZERO_POINT_TENSOR" to names of tensors. */
  readonly quantParameterTensorNames: readonly StringStringEntryProto[];
}

/** An operator that the model itself defines by nodes. */
export interface FunctionProto extends Message {
  readonly name?: string;
  /** Names of values within the function, as its calls give and take them. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** Names of attributes that a call must give. */
  readonly attribute: readonly string[];
  /** Attributes with what they are where a call leaves them out. */
  readonly attributeProto: readonly AttributeProto[];
  /** In an order in which they can be run. */
  readonly node: readonly NodeProto[];
  readonly docString?: string;
  /** Operators that its nodes may call; the model's own do not count. */
  readonly opsetImport: readonly OperatorSetIdProto[];
  /** The domain that calls name it by, and its name among functions of one name. */
  readonly domain?: string;
  readonly overload?: string;
  readonly valueInfo: readonly ValueInfoProto[];
  readonly metadataProps: readonly StringStringEntryProto[];
}
