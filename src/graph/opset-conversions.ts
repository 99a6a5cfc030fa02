import {
  attribute,
  floatAttribute,
  floatTensor,
  intAttribute,
  intsAttribute,
  makeNode,
  type NodeProto,
  withAttributes,
} from '../onnx/index.js';
import { int64Constant } from './constant-folding.js';
import type { GraphEditor } from './graph-editor.js';

/** Converts one node to the form that the next opset wants: undefined where nothing changes. */
export type Conversion = (node: NodeProto, editor: GraphEditor) => readonly NodeProto[] | undefined;

/** What changed with each opset, by operator of the standard domain. */
export const conversionsTo: Readonly<Record<number, Readonly<Record<string, Conversion>>>> = {
  10: {
    Slice: sliceBoundsToInputs,
    TopK: (node, editor) => attributeToInput(node, editor, 'k', [intAttribute(node, 'k') ?? 1]),
  },
  11: {
    Clip: clipBoundsToInputs,
    Pad: padsToInputs,
  },
  12: {
    Dropout: dropout,
  },
  13: {
    Squeeze: axesToInput,
    Unsqueeze: axesToInput,
    ReduceSum: axesToInput,
    Split: (node, editor) => attributeToInput(node, editor, 'split', intsAttribute(node, 'split')),
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
  8: ['Scan'],
  9: ['Upsample', 'Scan', 'BatchNormalization'],
  10: ['Upsample', 'Resize'],
  11: ['Resize', 'Scan', 'Loop'],
  13: ['Resize'],
  14: ['BatchNormalization'],
  18: ['Resize'],
  19: ['Resize'],
  20: ['DFT', 'GridSample'],
};

function attributeToInput(
  node: NodeProto,
  editor: GraphEditor,
  name: string,
  values: readonly number[] | undefined,
): readonly NodeProto[] | undefined {
  if (values === undefined) {
    return undefined;
  }
  const input = int64Constant(editor, `${node.output[0]}_${name}`, values);
  return [{ ...withAttributes(node, { [name]: undefined }), input: [node.input[0], input] }];
}

function axesToInput(node: NodeProto, editor: GraphEditor): readonly NodeProto[] | undefined {
  return attributeToInput(node, editor, 'axes', intsAttribute(node, 'axes'));
}

function sliceBoundsToInputs(node: NodeProto, editor: GraphEditor): readonly NodeProto[] | undefined {
  const starts = intsAttribute(node, 'starts') ?? [];
  const ends = intsAttribute(node, 'ends') ?? [];
  const axes = intsAttribute(node, 'axes') ?? starts.map((_, i) => i);
  // INT64_MAX stands for "to the end" and is not a safe integer.
  const clampedEnds = ends.map((end) => Math.min(Math.max(end, -(2 ** 52)), 2 ** 52));
  const inputs = Object.entries({ starts, ends: clampedEnds, axes }).map(([name, values]) =>
    int64Constant(editor, `${node.output[0]}_${name}`, values),
  );
  const plain = withAttributes(node, { starts: undefined, ends: undefined, axes: undefined });
  return [{ ...plain, input: [node.input[0], ...inputs] }];
}

function clipBoundsToInputs(node: NodeProto, editor: GraphEditor): readonly NodeProto[] | undefined {
  const bound = (name: string): string => {
    const value = floatAttribute(node, name);
    const tensor = (base: string, number: number) => floatTensor(editor.uniqueName(base), [], Float32Array.of(number));
    return value === undefined ? '' : editor.setInitializer(tensor(`${node.output[0]}_${name}`, value));
  };
  const inputs = [node.input[0], bound('min'), bound('max')];
  return [{ ...withAttributes(node, { min: undefined, max: undefined }), input: trimmed(inputs) }];
}

function padsToInputs(node: NodeProto, editor: GraphEditor): readonly NodeProto[] | undefined {
  const pads = int64Constant(editor, `${node.output[0]}_pads`, intsAttribute(node, 'pads') ?? []);
  const value = floatTensor(
    editor.uniqueName(`${node.output[0]}_value`),
    [],
    Float32Array.of(floatAttribute(node, 'value') ?? 0),
  );
  const plain = withAttributes(node, { pads: undefined, value: undefined });
  return [{ ...plain, input: [node.input[0], pads, editor.setInitializer(value)] }];
}

/** Dropout does nothing when a model is run. */
function dropout(node: NodeProto): readonly NodeProto[] | undefined {
  return node.output.length === 1
    ? [makeNode('Identity', node.input.slice(0, 1), node.output, { name: node.name })]
    : undefined;
}

/**
 * Before opset 13, Softmax flattened all axes from `axis` (default 1) on into one. For the last axis that is the same
 * as the new meaning; for others the flattening is written out.
 */
function flattenSoftmax(node: NodeProto, editor: GraphEditor): readonly NodeProto[] | undefined {
  const axis = intAttribute(node, 'axis') ?? 1;
  if (axis === -1) {
    return undefined;
  }
  const [data] = node.input;
  const [output] = node.output;
  const name = (suffix: string): string => editor.uniqueName(`${output}_${suffix}`);
  const flat = makeNode('Flatten', [data], [name('flat')], { attributes: { axis: { int: axis } } });
  const inner = { ...withAttributes(node, { axis: { int: -1 } }), input: flat.output, output: [name('softmax')] };
  const dims = makeNode('Shape', [data], [name('dims')]);
  return [flat, inner, dims, makeNode('Reshape', [inner.output[0], dims.output[0]], [output])];
}

/** From opset 18 on, a Split without sizes says how many parts it gives. */
function equalSplit(node: NodeProto): readonly NodeProto[] | undefined {
  return node.input.length > 1 || attribute(node, 'num_outputs') !== undefined
    ? undefined
    : [withAttributes(node, { num_outputs: { int: node.output.length } })];
}

function trimmed(inputs: readonly string[]): string[] {
  const last = inputs.findLastIndex((name) => name !== '');
  return inputs.slice(0, last + 1);
}
