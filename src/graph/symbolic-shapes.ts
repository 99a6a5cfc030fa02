import { dataType, elementCount, type OnnxModel, type TensorProto, tensorIntegers } from '../onnx/index.js';
import { type Dim, type Dims, longestContents, type NodeShapes } from './dims.js';
import { inferContents } from './shape-contents.js';
import { inferDims } from './shape-rules.js';
import { topologicalOrder } from './topological-order.js';

export interface SymbolicShapes {
  /** Shapes by value. Values whose rank is not known are missing. */
  readonly dims: ReadonlyMap<string, Dims>;
  /** What small integer tensors hold, row-major: constants, and sizes that are carried about in them. */
  readonly contents: ReadonlyMap<string, readonly Dim[]>;
}

/**
 * Infers shapes from the inputs on, through operators that text encoders are made of. Two sizes with the same name are
 * the same number in every run; names that a file gives to axes are not believed (some call every axis "batch"), nor
 * are shapes that it declares for inner values.
 */
export function inferShapes(model: OnnxModel): SymbolicShapes {
  const { graph } = model.proto;
  const dims = new Map<string, Dims>();
  const contents = new Map<string, readonly Dim[]>();
  for (const { name = '', type } of graph.input) {
    const shape = type?.tensorType?.shape;
    if (shape !== undefined) {
      dims.set(
        name,
        shape.dim.map(({ dimValue }, axis) => dimValue ?? `${name}#${axis}`),
      );
    }
  }
  for (const tensor of graph.initializer) {
    dims.set(tensor.name ?? '', tensor.dims);
    const integers = smallIntegers(model, tensor);
    if (integers !== undefined && !graph.input.some(({ name }) => name === tensor.name)) {
      contents.set(tensor.name ?? '', integers);
    }
  }
  for (const node of topologicalOrder(graph.node, model.path)) {
    const shapes: NodeShapes = {
      model,
      node,
      dims: (input) => dims.get(node.input[input] ?? ''),
      contents: (input) => contents.get(node.input[input] ?? ''),
      unknown: (output, axis) => `${node.output[output]}#${axis}`,
    };
    for (const [i, found] of inferDims(shapes).entries()) {
      if (found !== undefined && node.output[i]) {
        dims.set(node.output[i], found);
      }
    }
    const held = inferContents(shapes);
    if (held !== undefined && held.length <= longestContents) {
      contents.set(node.output[0], held);
    }
  }
  return { dims, contents };
}

function smallIntegers(model: OnnxModel, tensor: TensorProto): number[] | undefined {
  const integer = tensor.dataType === dataType.int64 || tensor.dataType === dataType.int32;
  return integer && elementCount(tensor) <= longestContents ? tensorIntegers(model, tensor) : undefined;
}
