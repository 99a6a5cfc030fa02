import { dataType, type GraphProto, type NodeProto, subgraphs } from '../onnx/index.js';
import { likeInput } from './operators/operator.js';
import { operatorOf } from './operators/operators.js';

/** Element types (TensorProto.DataType) of a graph's values by name. Values of unknown type are missing. */
export type ElementTypes = ReadonlyMap<string, number>;

/**
 * Infers the element type of every value: declared ones are believed, the rest follows from the operators, most of
 * which give what their first input has. Nodes must be in topological order.
 *
 * @param outer types of values that a graph inside a node sees from outside
 */
export function inferElementTypes(graph: GraphProto, outer: ElementTypes = new Map()): ElementTypes {
  const types = new Map(outer);
  const declare = (name: string | undefined, type: number | undefined): void => {
    if (name !== undefined && name !== '' && type !== undefined && type !== dataType.undefined) {
      types.set(name, type);
    }
  };
  for (const value of [...graph.valueInfo, ...graph.input, ...graph.output]) {
    declare(value.name, value.type?.tensorType?.elemType);
  }
  for (const tensor of graph.initializer) {
    declare(tensor.name, tensor.dataType);
  }
  for (const node of graph.node) {
    const inferred = outputTypes(node, types);
    for (const [i, name] of node.output.entries()) {
      declare(name, types.get(name) ?? inferred[Math.min(i, inferred.length - 1)]);
    }
  }
  return types;
}

/** Returns the types of a node's outputs in order; the last one stands for all further outputs. */
function outputTypes(node: NodeProto, types: ElementTypes): readonly (number | undefined)[] {
  const [inner] = subgraphs(node);
  if (inner !== undefined) {
    const innerTypes = inferElementTypes(inner, types);
    const results = inner.output.map(({ name }) => innerTypes.get(name ?? ''));
    // The first result of a loop's body says whether to go on.
    return node.opType === 'Loop' ? results.slice(1) : results;
  }
  return (operatorOf(node)?.types ?? likeInput(0))(node, (i) => types.get(node.input[i] ?? ''));
}
