import { dataType, elementCount, type OnnxModel, type TensorProto, tensorIntegers } from '../onnx/index.js';
import { isList } from './operators/move-elements.js';
import { type Output, outputsOf } from './operators/operator.js';
import { operatorOf } from './operators/operators.js';
import { count, type Dim, heldElements, type Shape, type Value } from './operators/value.js';
import { topologicalOrder } from './topological-order.js';

export interface SymbolicShapes {
  /** Shapes by value. Values whose rank is not known are missing. */
  readonly dims: ReadonlyMap<string, Shape>;
  /** What small integer tensors hold, row-major: constants, and sizes that are carried about in them. */
  readonly contents: ReadonlyMap<string, readonly Dim[]>;
}

/** Longer integer tensors than this are data, not shapes. */
const longestContents = 64;

/**
 * Infers shapes from the inputs on, through operators that text encoders are made of. Two sizes with the same name are
 * the same number in every run; names that a file gives to axes are not believed (some call every axis "batch"), nor
 * are shapes that it declares for inner values.
 */
export function inferShapes(model: OnnxModel): SymbolicShapes {
  const { graph } = model.proto;
  const read = (tensor: TensorProto) => smallIntegers(model, tensor);
  const wants = ({ shape }: Output) => count(shape) <= longestContents;
  const values = new Map<string, Value>();
  for (const tensor of graph.initializer) {
    values.set(tensor.name ?? '', { type: tensor.dataType, shape: tensor.dims, elements: read(tensor) });
  }
  for (const { name = '', type } of graph.input) {
    const dims = type?.tensorType?.shape?.dim;
    // An initializer that is an input as well is only what it is by default.
    const shape = values.get(name)?.shape ?? dims?.map(({ dimValue }, axis) => dimValue ?? `${name}#${axis}`);
    values.set(name, { type: type?.tensorType?.elemType, shape });
  }
  for (const node of topologicalOrder(graph.node, model.path)) {
    const operator = operatorOf(node);
    const inputs = node.input.map((name) => values.get(name));
    const outputs = operator && outputsOf(operator, { node, form: 'sizes', inputs, read, wants });
    for (const [i, value] of (outputs ?? []).entries()) {
      if (node.output[i]) {
        values.set(node.output[i], value);
      }
    }
  }
  const known = [...values];
  return {
    dims: new Map(known.flatMap(([name, { shape }]) => (shape === undefined ? [] : [[name, shape]]))),
    contents: new Map(known.flatMap(([name, value]) => contentsOf(name, value))),
  };
}

function contentsOf(name: string, value: Value): readonly (readonly [string, readonly Dim[]])[] {
  const elements = heldElements(value);
  return elements === undefined || !isList(elements) ? [] : [[name, elements]];
}

function smallIntegers(model: OnnxModel, tensor: TensorProto): number[] | undefined {
  const integer = tensor.dataType === dataType.int64 || tensor.dataType === dataType.int32;
  return integer && elementCount(tensor) <= longestContents ? tensorIntegers(model, tensor) : undefined;
}
