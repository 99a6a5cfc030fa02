import { indexGraph } from '../graph/index.js';
import {
  dataType,
  elementCount,
  intAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
} from '../onnx/index.js';

/** A table [rows × columns] from which Gather nodes take whole rows: words, positions. */
export interface EmbeddingTable {
  readonly table: TensorProto;
  readonly rows: number;
  readonly columns: number;
  readonly gathers: readonly NodeProto[];
}

/** Smaller tables (token types) save nothing. */
const smallestTable = 16384;

/** Float32 tables that only Gather nodes along the first axis use, in the order of the graph's initializers. */
export function embeddingTables(model: OnnxModel): EmbeddingTable[] {
  const index = indexGraph(model.proto.graph);
  return model.proto.graph.initializer.flatMap((table) => {
    const name = table.name ?? '';
    const gathers = index.consumers.get(name) ?? [];
    const usable =
      table.dataType === dataType.float &&
      table.dims.length === 2 &&
      elementCount(table) >= smallestTable &&
      !index.inputs.has(name) &&
      !index.outputs.has(name) &&
      gathers.length > 0 &&
      gathers.every(
        (node) => isOp(node, 'Gather') && (intAttribute(node, 'axis') ?? 0) === 0 && node.input[1] !== name,
      );
    return usable ? [{ table, rows: table.dims[0], columns: table.dims[1], gathers }] : [];
  });
}
