import {
  attribute,
  dataType,
  elementCount,
  floatAttribute,
  floatTensor,
  int64Tensor,
  isExternal,
  makeTensor,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  type TensorProto,
} from '../onnx/index.js';
import { evaluate } from './constant-operators.js';
import { GraphEditor } from './graph-editor.js';
import { topologicalOrder } from './topological-order.js';

/** Larger results than this are folded only where the operator moves elements without adding any. */
const largestGrowth = 65536;

/**
 * Turns Constant nodes into initializers and computes what depends on constants only: transposed and reshaped weights,
 * chains that assemble shapes. Operators that octavec cannot compute stay.
 */
export function foldConstants(model: OnnxModel): OnnxModel {
  const editor = new GraphEditor(model);
  const constants = new Map(editor.index.initializers);
  for (const name of editor.index.inputs) {
    constants.delete(name);
  }
  for (const node of topologicalOrder(model.proto.graph.node, model.path)) {
    const result = isConstant(node) ? constantTensor(node) : foldNode(model, node, constants);
    // An output of the graph must be made by a node.
    if (result === undefined || editor.index.outputs.has(node.output[0])) {
      continue;
    }
    const tensor = { ...result, name: node.output[0] };
    constants.set(node.output[0], tensor);
    editor.setInitializer(tensor);
    editor.replace(node);
  }
  return editor.finish();
}

function isConstant(node: NodeProto): boolean {
  return node.opType === 'Constant' && normalDomain(node.domain) === '';
}

function foldNode(
  model: OnnxModel,
  node: NodeProto,
  constants: ReadonlyMap<string, TensorProto>,
): TensorProto | undefined {
  if (normalDomain(node.domain) !== '' || node.output.length !== 1 || node.input.length === 0) {
    return undefined;
  }
  const inputs: (TensorProto | undefined)[] = [];
  for (const name of node.input) {
    const tensor = name === '' ? undefined : constants.get(name);
    if (name !== '' && tensor === undefined) {
      return undefined;
    }
    inputs.push(tensor);
  }
  const result = evaluate(model, node, inputs);
  if (result === undefined) {
    return undefined;
  }
  const before = Math.max(...inputs.map((tensor) => (tensor === undefined ? 0 : elementCount(tensor))));
  return elementCount(result) <= Math.max(before, largestGrowth) ? result : undefined;
}

/** The tensor of a Constant node; undefined for strings and sparse tensors, which nothing here needs. */
function constantTensor(node: NodeProto): TensorProto | undefined {
  const tensor = attribute(node, 'value')?.t;
  if (tensor !== undefined) {
    return isExternal(tensor) ? undefined : tensor;
  }
  const name = node.output[0];
  const float = floatAttribute(node, 'value_float');
  if (float !== undefined) {
    return floatTensor(name, [], Float32Array.of(float));
  }
  const floats = attribute(node, 'value_floats')?.floats;
  if (floats !== undefined) {
    return floatTensor(name, [floats.length], Float32Array.from(floats));
  }
  const int = attribute(node, 'value_int');
  if (int !== undefined) {
    return makeTensor(name, dataType.int64, [], BigInt64Array.of(int.i ?? 0n));
  }
  const ints = attribute(node, 'value_ints')?.ints;
  return ints === undefined ? undefined : makeTensor(name, dataType.int64, [ints.length], BigInt64Array.from(ints));
}

/** A vector of int64 values as a constant, for passes that need axes or a shape. Returns its name. */
export function int64Constant(editor: GraphEditor, base: string, values: readonly number[]): string {
  return editor.setInitializer(int64Tensor(editor.uniqueName(base), [values.length], values));
}
