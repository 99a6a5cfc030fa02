import { constantTensor } from '../graph/index.js';
import { isOp, type NodeProto, type OnnxModel, withGraph } from '../onnx/index.js';
import { expandFused } from './fused/fused-operators.js';
import { removeQuantizedPairs } from './quantized-operators.js';

/**
 * Returns the model in the fewest kinds of operators, to be looked at and not to be run: constants are initializers,
 * fused operators are written out, and nothing is quantized on its way from one operator to the next.
 */
export function plainOperators(model: OnnxModel): OnnxModel {
  return expandFused(removeQuantizedPairs(withInitializers(model)));
}

function withInitializers(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const constants = new Map(
    graph.node.flatMap((node) => {
      const tensor = isOp(node, 'Constant') ? constantTensor(node) : undefined;
      return tensor === undefined ? [] : [[node, { ...tensor, name: node.output[0] }] as const];
    }),
  );
  const node = graph.node.filter((each) => !constants.has(each)).map(withoutSums);
  return withGraph(model, { ...graph, node, initializer: [...graph.initializer, ...constants.values()] });
}

/** Writes a Sum of two, as octavec's own passes write residuals, as an Add. */
function withoutSums(node: NodeProto): NodeProto {
  return isOp(node, 'Sum') && node.input.length === 2 ? { ...node, opType: 'Add' } : node;
}
