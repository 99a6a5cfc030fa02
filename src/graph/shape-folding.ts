import {
  dataType,
  int64Tensor,
  intAttribute,
  isOp,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
} from '../onnx/index.js';
import { int64Constant } from './constant-folding.js';
import { removeDeadNodes } from './dead-nodes.js';
import { type ElementTypes, inferElementTypes } from './element-type-inference.js';
import { GraphEditor } from './graph-editor.js';
import type { Dim, Shape } from './operators/value.js';
import { inferShapes, type SymbolicShapes } from './symbolic-shapes.js';
import { topologicalOrder } from './topological-order.js';

/**
 * Shortens what computes shapes when the model runs, which in exports by TorchScript is a third of all nodes:
 * Reshape and Expand get constant target shapes where all of their sizes are known or can be copied from the input,
 * sizes that are known become constants, and the same sizes are put together once only.
 */
export function foldShapes(model: OnnxModel): OnnxModel {
  const editor = new GraphEditor(model);
  const nodes = topologicalOrder(model.proto.graph.node, model.path);
  const shapes = inferShapes(model);
  const types = inferElementTypes({ ...model.proto.graph, node: nodes });
  const first = new Map<string, string>();
  for (const node of nodes) {
    const [output] = node.output;
    const constant = constantOf(output, shapes, types);
    const target = constantTarget(node, editor, shapes);
    const key = contentsKey(output, shapes, types);
    const same = first.get(key ?? '');
    if (node.output.length === 1 && !editor.index.outputs.has(output) && (constant ?? same) !== undefined) {
      if (constant !== undefined) {
        editor.setInitializer(constant);
      } else if (same !== undefined) {
        editor.redirect(output, same);
      }
      editor.replace(node);
    } else if (target !== undefined) {
      const shape = int64Constant(editor, `${output}_shape`, target);
      editor.replace(node, { ...node, input: [node.input[0], shape] });
    } else if (key !== undefined) {
      first.set(key, output);
    }
  }
  return removeDeadNodes(editor.finish());
}

/** Makes a tensor of the integers that a value holds in every run. */
function constantOf(value: string, { dims, contents }: SymbolicShapes, types: ElementTypes): TensorProto | undefined {
  const sizes = numbersOf(dims.get(value));
  const held = numbersOf(contents.get(value));
  if (sizes === undefined || held === undefined) {
    return undefined;
  }
  switch (types.get(value)) {
    case dataType.int64:
      return int64Tensor(value, sizes, held);
    case dataType.int32:
      return makeTensor(value, dataType.int32, sizes, Int32Array.from(held));
  }
  return undefined;
}

function numbersOf(dims: readonly Dim[] | undefined): number[] | undefined {
  const numbers = dims?.filter((dim) => typeof dim === 'number');
  return numbers?.length === dims?.length ? numbers : undefined;
}

/**
 * Makes a key that is the same for values that are equal in every run; undefined where nothing is known of a value's
 * contents.
 */
function contentsKey(value: string, { dims, contents }: SymbolicShapes, types: ElementTypes): string | undefined {
  const held = contents.get(value);
  return held === undefined ? undefined : JSON.stringify([types.get(value), dims.get(value), held]);
}

function constantTarget(node: NodeProto, editor: GraphEditor, shapes: SymbolicShapes): number[] | undefined {
  const [data, target] = node.input;
  const held = shapes.contents.get(target ?? '');
  const dims = shapes.dims.get(data ?? '');
  if (held === undefined || editor.index.initializers.has(target)) {
    return undefined;
  }
  if (isOp(node, 'Reshape') && intAttribute(node, 'allowzero') !== 1) {
    return reshapeTarget(held, dims ?? []);
  }
  return isOp(node, 'Expand') && dims !== undefined ? expandTarget(held, dims) : undefined;
}

/**
 * Returns the target of a Reshape: 0 copies the size of the input at the same place, and one size may be left to -1.
 */
function reshapeTarget(target: readonly Dim[], data: Shape): number[] | undefined {
  const sizes = target.map((size, axis) => (typeof size === 'number' ? size : size === data[axis] ? 0 : -1));
  return sizes.filter((size) => size === -1).length <= 1 ? sizes : undefined;
}

/** Returns the target of an Expand: 1 leaves the size as the input has it. */
function expandTarget(target: readonly Dim[], data: Shape): number[] | undefined {
  const missing = target.length - data.length;
  const sizes = target.map((size, axis) => (typeof size === 'number' ? size : size === data[axis - missing] ? 1 : -1));
  return sizes.includes(-1) ? undefined : sizes;
}
