import type { GraphEditor } from '../graph/index.js';
import { int64Constant } from '../graph/index.js';
import { floatToHalf } from '../numbers/index.js';
import {
  attribute,
  dataType,
  floatAttribute,
  intAttribute,
  intsAttribute,
  makeNode,
  makeTensor,
  type NodeProto,
  withAttributes,
} from '../onnx/index.js';

export interface ConversionContext {
  readonly editor: GraphEditor;
  /** Number of axes of a value; undefined if it is not known. */
  readonly rankOf: (value: string) => number | undefined;
  readonly typeOf: (value: string) => number | undefined;
}

/** Converts one node to the form that the next opset wants: undefined where nothing changes. */
export type Conversion = (node: NodeProto, context: ConversionContext) => readonly NodeProto[] | undefined;

/** What changed with each opset, by operator of the standard domain. */
export const conversionsTo: Readonly<Record<number, Readonly<Record<string, Conversion>>>> = {
  10: {
    Slice: sliceBoundsToInputs,
    TopK: (node, context) => attributeToInput(node, context, 'k', [intAttribute(node, 'k') ?? 1]),
  },
  11: {
    Clip: clipBoundsToInputs,
    Pad: padsToInputs,
    Scatter: (node) => [{ ...node, opType: 'ScatterElements' }],
  },
  12: {
    Dropout: dropout,
  },
  13: {
    Squeeze: axesToInput,
    Unsqueeze: axesToInput,
    ReduceSum: axesToInput,
    Split: (node, context) => attributeToInput(node, context, 'split', intsAttribute(node, 'split')),
    Softmax: flattenSoftmax,
    LogSoftmax: flattenSoftmax,
    Hardmax: flattenSoftmax,
  },
  18: {
    ReduceL1: axesToInput,
    ReduceL2: axesToInput,
    ReduceLogSum: axesToInput,
    ReduceLogSumExp: axesToInput,
    ReduceMax: axesToInput,
    ReduceMean: axesToInput,
    ReduceMin: axesToInput,
    ReduceProd: axesToInput,
    ReduceSumSquare: axesToInput,
    Split: equalSplit,
  },
};

/** Operators whose change is not worth converting: no encoder of text uses them. */
export const notConvertible: Readonly<Record<number, readonly string[]>> = {
  9: ['BatchNormalization', 'Scan', 'Upsample'],
  10: ['Upsample'],
  11: ['Resize'],
  14: ['BatchNormalization'],
  20: ['DFT', 'GridSample'],
  21: ['GroupNormalization'],
};

function attributeToInput(
  node: NodeProto,
  { editor }: ConversionContext,
  name: string,
  values: readonly number[] | undefined,
): readonly NodeProto[] | undefined {
  if (values === undefined) {
    return undefined;
  }
  const input = int64Constant(editor, `${node.output[0]}_${name}`, values);
  return [{ ...withAttributes(node, { [name]: undefined }), input: [node.input[0], input] }];
}

function axesToInput(node: NodeProto, context: ConversionContext): readonly NodeProto[] | undefined {
  return attributeToInput(node, context, 'axes', intsAttribute(node, 'axes'));
}

function sliceBoundsToInputs(node: NodeProto, { editor }: ConversionContext): readonly NodeProto[] {
  const starts = intsAttribute(node, 'starts') ?? [];
  const ends = intsAttribute(node, 'ends') ?? [];
  const axes = intsAttribute(node, 'axes') ?? starts.map((_, i) => i);
  const inputs = Object.entries({ starts, ends, axes }).map(([name, values]) =>
    int64Constant(editor, `${node.output[0]}_${name}`, values),
  );
  const plain = withAttributes(node, { starts: undefined, ends: undefined, axes: undefined });
  return [{ ...plain, input: [node.input[0], ...inputs] }];
}

/** Adds a number as a scalar of the type of the node's input, and returns its name. */
function scalarLikeInput(node: NodeProto, context: ConversionContext, suffix: string, value: number): string {
  const { editor, typeOf } = context;
  const name = editor.uniqueName(`${node.output[0]}_${suffix}`);
  switch (typeOf(node.input[0])) {
    case dataType.float16:
      return editor.setInitializer(makeTensor(name, dataType.float16, [], Uint16Array.of(floatToHalf(value))));
    case dataType.double:
      return editor.setInitializer(makeTensor(name, dataType.double, [], Float64Array.of(value)));
  }
  return editor.setInitializer(makeTensor(name, dataType.float, [], Float32Array.of(value)));
}

function clipBoundsToInputs(node: NodeProto, context: ConversionContext): readonly NodeProto[] {
  const bound = (name: string): string => {
    const value = floatAttribute(node, name);
    return value === undefined ? '' : scalarLikeInput(node, context, name, value);
  };
  const inputs = [node.input[0], bound('min'), bound('max')];
  const last = inputs.findLastIndex((name) => name !== '');
  return [{ ...withAttributes(node, { min: undefined, max: undefined }), input: inputs.slice(0, last + 1) }];
}

function padsToInputs(node: NodeProto, context: ConversionContext): readonly NodeProto[] {
  const pads = int64Constant(context.editor, `${node.output[0]}_pads`, intsAttribute(node, 'pads') ?? []);
  const value = scalarLikeInput(node, context, 'value', floatAttribute(node, 'value') ?? 0);
  return [{ ...withAttributes(node, { pads: undefined, value: undefined }), input: [node.input[0], pads, value] }];
}

/** Drops Dropout, which does nothing when a model is run. Where its mask is asked for, it stays. */
function dropout(node: NodeProto): readonly NodeProto[] {
  return node.output[1]
    ? [withAttributes(node, { ratio: undefined, seed: undefined })]
    : [makeNode('Identity', node.input.slice(0, 1), node.output.slice(0, 1), { name: node.name })];
}

/**
 * Converts Softmax from before opset 13, which flattened all axes from `axis` (default 1) on into one. For the last
 * axis that is the same as the new meaning; for others the flattening is written out.
 */
function flattenSoftmax(node: NodeProto, { editor, rankOf }: ConversionContext): readonly NodeProto[] | undefined {
  const axis = intAttribute(node, 'axis') ?? 1;
  if (axis === -1) {
    return undefined;
  }
  const [data] = node.input;
  const onLastAxis = withAttributes(node, { axis: { int: -1 } });
  if (axis + 1 === rankOf(data)) {
    return [onLastAxis];
  }
  const [output] = node.output;
  const name = (suffix: string): string => editor.uniqueName(`${output}_${suffix}`);
  const flat = makeNode('Flatten', [data], [name('flat')], { attributes: { axis: { int: axis } } });
  const inner = { ...onLastAxis, input: flat.output, output: [name('softmax')] };
  const dims = makeNode('Shape', [data], [name('dims')]);
  return [
    flat,
    inner,
    dims,
    makeNode('Reshape', [inner.output[0], dims.output[0]], [output], { name: name('reshape') }),
  ];
}

/** Converts a Split without sizes: from opset 18 on it says how many parts it gives. */
function equalSplit(node: NodeProto): readonly NodeProto[] | undefined {
  return node.input.length > 1 || attribute(node, 'num_outputs') !== undefined
    ? undefined
    : [withAttributes(node, { num_outputs: { int: node.output.length } })];
}
