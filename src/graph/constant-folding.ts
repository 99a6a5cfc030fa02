import {
  bitsPerElement,
  dataType,
  elementCount,
  int64Tensor,
  intAttribute,
  isOp,
  makeTensor,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
} from '../onnx/index.js';
import { FoldedWeights, isLarge } from './folded-weights.js';
import { GraphEditor } from './graph-editor.js';
import { constantTensor } from './operators/constant.js';
import { isList } from './operators/move-elements.js';
import { type Call, type Output, outputsOf } from './operators/operator.js';
import { operatorOf } from './operators/operators.js';
import { count, heldElements, type NumberArray, numericShape, type Shape, type Value } from './operators/value.js';
import { topologicalOrder } from './topological-order.js';

/** Larger results than this are folded only where the operator moves elements without adding any. */
const largestGrowth = 65536;

/**
 * Turns Constant nodes into initializers and computes what depends on constants only: transposed and reshaped weights,
 * chains that assemble shapes. Weights on which several nodes do the same (layers that share them, each with a Transpose
 * of its own) give one result. Operators that octavec cannot compute stay.
 *
 * @example
 * ```ts
 * const smaller = foldConstants(await readModel('model.onnx'));
 * ```
 */
export function foldConstants(model: OnnxModel): OnnxModel {
  const editor = new GraphEditor(model);
  const constants = new Map(editor.index.initializers);
  for (const name of editor.index.inputs) {
    constants.delete(name);
  }
  const results = new FoldedWeights(model);
  for (const node of topologicalOrder(model.proto.graph.node, model.path)) {
    const [output] = node.output;
    // An output of the graph must be made by a node.
    if (editor.index.outputs.has(output)) {
      continue;
    }
    const inputs = constantInputs(node, constants);
    const known = sharedSource(node, inputs, editor) ?? results.find(node, inputs);
    if (known !== undefined) {
      constants.set(output, known);
      editor.redirect(output, known.name ?? '');
      editor.replace(node);
      continue;
    }
    const result = isOp(node, 'Constant') ? constantTensor(node) : foldNode(model, node, inputs);
    if (result === undefined) {
      continue;
    }
    const tensor = { ...result, name: output };
    results.add(node, inputs, tensor);
    constants.set(output, tensor);
    editor.setInitializer(tensor);
    editor.replace(node);
  }
  return editor.finish();
}

/**
 * Returns the constants among a node's inputs, undefined for those that are left out; undefined if it has other inputs.
 */
function constantInputs(
  node: NodeProto,
  constants: ReadonlyMap<string, TensorProto>,
): readonly (TensorProto | undefined)[] {
  const tensors = node.input.map((name) => (name === '' ? undefined : constants.get(name)));
  return node.input.some((name, i) => name !== '' && tensors[i] === undefined) ? [] : tensors;
}

/**
 * Returns the weight that a node passes on as it is, where others use it as well: a folded copy would take its memory
 * twice.
 */
function sharedSource(
  node: NodeProto,
  [source]: readonly (TensorProto | undefined)[],
  { index }: GraphEditor,
): TensorProto | undefined {
  const handsOn = isOp(node, 'Identity') || (isOp(node, 'Cast') && intAttribute(node, 'to') === source?.dataType);
  const used = (name: string): boolean => (index.consumers.get(name)?.length ?? 0) > 1 || index.outputs.has(name);
  return handsOn && source !== undefined && isLarge(source) && (used(node.input[0]) || used(source.name ?? ''))
    ? source
    : undefined;
}

/**
 * Computes a node's outputs. Returns undefined also where a node makes no sense: the run time will complain about it.
 */
function foldNode(
  model: OnnxModel,
  node: NodeProto,
  tensors: readonly (TensorProto | undefined)[],
): TensorProto | undefined {
  const operator = normalDomain(node.domain) === '' ? operatorOf(node) : undefined;
  if (operator?.folds === undefined || node.output.length !== 1 || tensors.length === 0) {
    return undefined;
  }
  const read = (tensor: TensorProto) => exactElements(model, tensor);
  const inputs = tensors.map(
    (tensor): Value | undefined =>
      tensor && { type: tensor.dataType, shape: tensor.dims, elements: exactElements(model, tensor) },
  );
  const before = Math.max(...tensors.map((tensor) => (tensor === undefined ? 0 : elementCount(tensor))));
  const wants = (output: Output): boolean =>
    count(output.shape) <= Math.max(before, largestGrowth) &&
    (operator.folds === true || operator.folds?.(call, output) === true);
  const call: Call = { node, form: 'exact', inputs, read, wants };
  const [result] = outputsOf(operator, call);
  const [source] = tensors;
  // What is only passed on stays the tensor that it is.
  const passedOn = result.elements !== undefined && result.elements === inputs[0]?.elements;
  return passedOn && sameShape(result.shape, source?.dims) ? source : toTensor(result);
}

function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a?.length === b?.length && a?.every((size, axis) => size === b?.[axis]) === true;
}

function toTensor(value: Value): TensorProto | undefined {
  const elements = heldElements(value);
  const shape = numericShape(value.shape);
  return value.type === undefined || shape === undefined || elements === undefined || isList(elements)
    ? undefined
    : makeTensor('', value.type, shape, elements);
}

const arrays: Readonly<Record<number, { new (buffer: ArrayBufferLike, offset: number, length: number): NumberArray }>> =
  {
    [dataType.float]: Float32Array,
    [dataType.double]: Float64Array,
    [dataType.int32]: Int32Array,
    [dataType.int64]: BigInt64Array,
  };

/** For elements that are only moved, by their bytes. */
const words: typeof arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array };

/** Returns the elements of a tensor, or undefined for strings and for what is packed or too wide to be moved. */
function exactElements(model: OnnxModel, tensor: TensorProto): NumberArray | undefined {
  const width = (bitsPerElement(tensor.dataType ?? 0) ?? 0) / 8;
  const type = arrays[tensor.dataType ?? 0] ?? words[width];
  if (type === undefined) {
    return undefined;
  }
  const bytes = tensorBytes(model, tensor);
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new type(aligned.buffer, aligned.byteOffset, aligned.length / width);
}

/** Adds a vector of int64 values as a constant, for passes that need axes or a shape. Returns its name. */
export function int64Constant(editor: GraphEditor, base: string, values: readonly number[]): string {
  return editor.setInitializer(int64Tensor(editor.uniqueName(base), [values.length], values));
}
