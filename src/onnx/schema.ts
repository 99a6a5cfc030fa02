import type * as onnx from './messages.js';
import { varintSize } from './varint.js';

/** The messages of the schema by name. */
export interface MessageTypes {
  ModelProto: onnx.ModelProto;
  OperatorSetIdProto: onnx.OperatorSetIdProto;
  StringStringEntryProto: onnx.StringStringEntryProto;
  GraphProto: onnx.GraphProto;
  NodeProto: onnx.NodeProto;
  AttributeProto: onnx.AttributeProto;
  TensorProto: onnx.TensorProto;
  SparseTensorProto: onnx.SparseTensorProto;
  ValueInfoProto: onnx.ValueInfoProto;
  TypeProto: onnx.TypeProto;
  TensorTypeProto: onnx.TensorTypeProto;
  TensorShapeProto: onnx.TensorShapeProto;
  DimensionProto: onnx.DimensionProto;
  TensorAnnotation: onnx.TensorAnnotation;
  FunctionProto: onnx.FunctionProto;
}

export type MessageName = keyof MessageTypes;

/**
 * How a field is kept in memory. `int` is an int32, int64 or enum that fits a JavaScript number; `int64` a bigint;
 * `packed-*` are numeric arrays that stay as bytes, so that tensors cost no memory beyond the file's own.
 */
export type ScalarKind = 'int' | 'int64' | 'float' | 'string' | 'bytes';
export type PackedKind = 'packed-varint' | 'packed-fixed32' | 'packed-fixed64';
export type FieldKind = ScalarKind | PackedKind | MessageName;

export interface Field {
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
}

const one = (number: number, kind: FieldKind): Field => ({ number, kind, repeated: false });
const many = (number: number, kind: FieldKind): Field => ({ number, kind, repeated: true });

type FieldsOf<M> = { readonly [Key in keyof Required<Omit<M, 'unknownFields'>>]: Field };

/** Field numbers from onnx.proto, in ascending order: the order in which they are written. */
export const schema: { readonly [Name in MessageName]: FieldsOf<MessageTypes[Name]> } = {
  ModelProto: {
    irVersion: one(1, 'int'),
    producerName: one(2, 'string'),
    producerVersion: one(3, 'string'),
    domain: one(4, 'string'),
    modelVersion: one(5, 'int64'),
    docString: one(6, 'string'),
    graph: one(7, 'GraphProto'),
    opsetImport: many(8, 'OperatorSetIdProto'),
    metadataProps: many(14, 'StringStringEntryProto'),
    functions: many(25, 'FunctionProto'),
  },
  OperatorSetIdProto: {
    domain: one(1, 'string'),
    version: one(2, 'int'),
  },
  StringStringEntryProto: {
    key: one(1, 'string'),
    value: one(2, 'string'),
  },
  GraphProto: {
    node: many(1, 'NodeProto'),
    name: one(2, 'string'),
    initializer: many(5, 'TensorProto'),
    docString: one(10, 'string'),
    input: many(11, 'ValueInfoProto'),
    output: many(12, 'ValueInfoProto'),
    valueInfo: many(13, 'ValueInfoProto'),
    quantizationAnnotation: many(14, 'TensorAnnotation'),
    sparseInitializer: many(15, 'SparseTensorProto'),
    metadataProps: many(16, 'StringStringEntryProto'),
  },
  NodeProto: {
    input: many(1, 'string'),
    output: many(2, 'string'),
    name: one(3, 'string'),
    opType: one(4, 'string'),
    attribute: many(5, 'AttributeProto'),
    docString: one(6, 'string'),
    domain: one(7, 'string'),
    overload: one(8, 'string'),
    metadataProps: many(9, 'StringStringEntryProto'),
  },
  AttributeProto: {
    name: one(1, 'string'),
    f: one(2, 'float'),
    i: one(3, 'int64'),
    s: one(4, 'bytes'),
    t: one(5, 'TensorProto'),
    g: one(6, 'GraphProto'),
    floats: many(7, 'float'),
    ints: many(8, 'int64'),
    strings: many(9, 'bytes'),
    tensors: many(10, 'TensorProto'),
    graphs: many(11, 'GraphProto'),
    docString: one(13, 'string'),
    type: one(20, 'int'),
    refAttrName: one(21, 'string'),
    sparseTensor: one(22, 'SparseTensorProto'),
  },
  TensorProto: {
    dims: many(1, 'int'),
    dataType: one(2, 'int'),
    floatData: one(4, 'packed-fixed32'),
    int32Data: one(5, 'packed-varint'),
    stringData: many(6, 'bytes'),
    int64Data: one(7, 'packed-varint'),
    name: one(8, 'string'),
    rawData: one(9, 'bytes'),
    doubleData: one(10, 'packed-fixed64'),
    uint64Data: one(11, 'packed-varint'),
    docString: one(12, 'string'),
    externalData: many(13, 'StringStringEntryProto'),
    dataLocation: one(14, 'int'),
    metadataProps: many(16, 'StringStringEntryProto'),
  },
  SparseTensorProto: {
    values: one(1, 'TensorProto'),
    indices: one(2, 'TensorProto'),
    dims: many(3, 'int'),
  },
  ValueInfoProto: {
    name: one(1, 'string'),
    type: one(2, 'TypeProto'),
    docString: one(3, 'string'),
    metadataProps: many(4, 'StringStringEntryProto'),
  },
  TypeProto: {
    tensorType: one(1, 'TensorTypeProto'),
    denotation: one(6, 'string'),
  },
  TensorTypeProto: {
    elemType: one(1, 'int'),
    shape: one(2, 'TensorShapeProto'),
  },
  TensorShapeProto: {
    dim: many(1, 'DimensionProto'),
  },
  DimensionProto: {
    dimValue: one(1, 'int'),
    dimParam: one(2, 'string'),
    denotation: one(3, 'string'),
  },
  TensorAnnotation: {
    tensorName: one(1, 'string'),
    quantParameterTensorNames: many(2, 'StringStringEntryProto'),
  },
  FunctionProto: {
    name: one(1, 'string'),
    input: many(4, 'string'),
    output: many(5, 'string'),
    attribute: many(6, 'string'),
    node: many(7, 'NodeProto'),
    docString: one(8, 'string'),
    opsetImport: many(9, 'OperatorSetIdProto'),
    domain: one(10, 'string'),
    attributeProto: many(11, 'AttributeProto'),
    overload: one(12, 'string'),
    valueInfo: many(13, 'ValueInfoProto'),
    metadataProps: many(14, 'StringStringEntryProto'),
  },
};

/** Wire types of protocol buffers (https://protobuf.dev/programming-guides/encoding/). */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** A field as codecs want it. */
export interface NamedField extends Field {
  readonly key: string;
  /** The wire type of one value of it. */
  readonly wire: number;
  /** The tag that it is written with, and what that takes as a varint. */
  readonly tag: number;
  readonly tagSize: number;
  readonly packed: boolean;
  /** The name of its message if it holds one. */
  readonly message: MessageName | undefined;
}

const scalarWire: Readonly<Partial<Record<FieldKind, number>>> = {
  int: wireType.varint,
  int64: wireType.varint,
  float: wireType.fixed32,
  'packed-varint': wireType.varint,
  'packed-fixed32': wireType.fixed32,
  'packed-fixed64': wireType.fixed64,
};

function named(key: string, field: Field): NamedField {
  const wire = scalarWire[field.kind] ?? wireType.bytes;
  const packed = field.kind.startsWith('packed-');
  const tag = (field.number << 3) | (packed ? wireType.bytes : wire);
  return {
    ...field,
    key,
    wire,
    packed,
    tag,
    tagSize: varintSize(tag),
    message: field.kind in schema ? (field.kind as MessageName) : undefined,
  };
}

/** The fields of each message in the order in which they are written. */
export const fieldLists = Object.fromEntries(
  Object.entries(schema).map(([name, fields]) => [
    name,
    Object.entries(fields).map(([key, field]) => named(key, field)),
  ]),
) as unknown as { readonly [Name in MessageName]: readonly NamedField[] };
