import { type GraphIndex, indexGraph } from '../graph/index.js';
import {
  dataType,
  elementCount,
  intAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
} from '../onnx/index.js';
import { linearLayers } from './linear-layers.js';

/** A table [rows × columns] from which Gather nodes take whole rows: words, positions. */
export interface EmbeddingTable {
  readonly table: TensorProto;
  readonly rows: number;
  readonly columns: number;
  readonly gathers: readonly NodeProto[];
}

/** Smaller tables (token types) save nothing. */
const smallestTable = 16384;

/**
 * Lists the float32 tables from which Gather nodes take rows, in the order of the graph's initializers. A linear layer
 * may use the same matrix (a prediction head tied to the embeddings); nothing else may. Cosines and sines of rotary
 * positions are not embeddings.
 */
export function embeddingTables(model: OnnxModel): EmbeddingTable[] {
  const index = indexGraph(model.proto.graph);
  const layers = new Set(linearLayers(model).map(({ node }) => node));
  return model.proto.graph.initializer.flatMap((table) => {
    const name = table.name ?? '';
    const users = (index.consumers.get(name) ?? []).filter((node) => !layers.has(node));
    const usable =
      table.dataType === dataType.float &&
      table.dims.length === 2 &&
      elementCount(table) >= smallestTable &&
      !index.inputs.has(name) &&
      !index.outputs.has(name) &&
      users.length > 0 &&
      users.every((node) => isOp(node, 'Gather') && takesRows(node) && !turnsHeads(index, node));
    return usable ? [{ table, rows: table.dims[0], columns: table.dims[1], gathers: users }] : [];
  });
}

function takesRows(gather: NodeProto): boolean {
  const axis = intAttribute(gather, 'axis') ?? 0;
  return axis === 0 || axis === -2;
}

/** Operators behind which a table's numbers are still the same. */
const movements: readonly string[] = [
  ...['Cast', 'Concat', 'Expand', 'Identity', 'Reshape', 'Slice', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze'],
];

/**
 * Tells whether rows of positions are multiplied with what depends on the text: embeddings are added, or scaled by
 * constants.
 */
function turnsHeads(index: GraphIndex, gather: NodeProto): boolean {
  const isConstant = (value: string) => index.initializers.has(value) || isOp(index.producers.get(value), 'Constant');
  if (index.inputs.has(gather.input[1])) {
    return false;
  }
  const reached = new Set(gather.output);
  // What is added to a set while it is walked is walked, too.
  for (const value of reached) {
    for (const node of index.consumers.get(value) ?? []) {
      const others = node.input.filter((input) => input !== value);
      if (isOp(node, 'Mul') && !others.some(isConstant)) {
        return true;
      }
      if (movements.some((opType) => isOp(node, opType))) {
        reached.add(node.output[0]);
      }
    }
  }
  return false;
}
