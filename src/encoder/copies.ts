import type { IndexedModel } from '../graph/index.js';
import { dataType, intAttribute, isOp, type NodeProto, type TensorProto } from '../onnx/index.js';

/**
 * Follows a value back through mere copies: Identity, Dropout (which does nothing in inference), and Cast that changes
 * nothing but the precision.
 */
export function original(graph: IndexedModel, value: string): string {
  let current = value;
  // Copies of copies are few; a graph may also be a circle.
  for (let step = 0; step < mostCopies; step++) {
    const node = graph.index.producers.get(current);
    if (node === undefined || node.output[0] !== current || !isCopy(graph, node)) {
      break;
    }
    current = node.input[0] ?? current;
  }
  return current;
}

const mostCopies = 100;
const floatTypes: readonly number[] = [dataType.float, dataType.float16, dataType.bfloat16, dataType.double];
const wideIntegers: readonly number[] = [dataType.int32, dataType.int64];

function isCopy(graph: IndexedModel, node: NodeProto): boolean {
  if (!isOp(node, 'Cast')) {
    return isOp(node, 'Identity') || isOp(node, 'Dropout');
  }
  const to = intAttribute(node, 'to') ?? 0;
  return floatTypes.includes(to) || (wideIntegers.includes(to) && isInput(graph, node.input[0]));
}

/**
 * Tells whether a value is an input of the graph, perhaps cast to another integer type. A cast would cut fractions off,
 * but inputs have none.
 */
function isInput({ index }: IndexedModel, value: string): boolean {
  let current = value;
  for (let step = 0; step < mostCopies; step++) {
    const node = index.producers.get(current);
    if (!isOp(node, 'Cast') || !wideIntegers.includes(intAttribute(node, 'to') ?? 0)) {
      break;
    }
    current = node.input[0];
  }
  return index.inputs.has(current);
}

/** Returns the node that makes a value, looking through copies. */
export function maker(graph: IndexedModel, value: string): NodeProto | undefined {
  return graph.index.producers.get(original(graph, value));
}

/** Tells whether a tensor has one number for each of `width` columns, in any shape that broadcasts over rows. */
export function isVector(tensor: TensorProto, width: number): boolean {
  const { dims } = tensor;
  return dims.at(-1) === width && dims.slice(0, -1).every((dim) => dim === 1);
}

/** Returns the constant behind a value and its copies. */
export function constantOf(graph: IndexedModel, value: string): TensorProto | undefined {
  return graph.index.initializers.get(original(graph, value));
}
