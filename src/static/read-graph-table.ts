import { indexGraph } from '../graph/index.js';
import {
  dataType,
  isOp,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { type RowType, rowTypes, type StaticTable, tokensOf } from './static-table.js';

/**
 * Reads the table of a graph that `tableGraph` wrote, whatever precision the table was brought to since; undefined for
 * other graphs. The graph's Gathers tell its parts: by token (weights [tokens], mapping [tokens]) or by row (table,
 * scales [rows, 1]).
 */
export function readGraphTable(model: OnnxModel): StaticTable | undefined {
  const { graph } = model.proto;
  if (graph === undefined || !isTableGraph(model)) {
    return undefined;
  }
  const { producers } = indexGraph(graph);
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  // What is kept in fewer bits is widened behind its initializer.
  const storedAs = (name: string, casts = 0): TensorProto | undefined => {
    const producer = producers.get(name);
    // A broken file may have casts that lead to each other.
    const isCast = isOp(producer, 'Cast') && casts < mostNodes;
    return isCast ? storedAs(producer.input[0], casts + 1) : initializers.get(name);
  };
  const gathered = graph.node.flatMap((node) => {
    const tensor = isOp(node, 'Gather') ? storedAs(node.input[0]) : undefined;
    return tensor === undefined ? [] : [tensor];
  });
  const table = gathered.find(({ dims }) => dims.length === 2 && dims[1] > 1) ?? gathered.find(isColumn);
  const type = Object.values(rowTypes).find((known) => known === table?.dataType);
  if (table === undefined || type === undefined) {
    return undefined;
  }
  const [rows, columns] = table.dims;
  const scales = gathered.find((tensor) => tensor !== table && isColumn(tensor) && tensor.dims[0] === rows);
  const weights = gathered.find((tensor) => tensor.dims.length === 1 && tensor.dataType !== dataType.int64);
  const mapping = gathered.find((tensor) => tensor.dims.length === 1 && tensor.dataType === dataType.int64);
  const known = [table, scales, weights, mapping].filter((tensor) => tensor !== undefined);
  const found: StaticTable = {
    data: tensorBytes(model, table),
    type: type as RowType,
    rows,
    columns,
    scales: scales && tensorFloats(model, scales),
    weights: weights && tensorFloats(model, weights),
    mapping: mapping && mappingOf(tensorIntegers(model, mapping), rows),
  };
  return gathered.every((tensor) => known.includes(tensor)) && isWhole(found) ? found : undefined;
}

/** Returns the row of each token; -1 for one that there is not, which 32 bits may not hold. */
function mappingOf(integers: readonly number[], rows: number): Int32Array {
  return Int32Array.from(integers, (row) => (row >= 0 && row < rows ? row : -1));
}

const mostNodes = 40;

/** Operators that `tableGraph` writes, and those that bring its table to fewer bits. */
const operators = new Set([
  ...['Gather', 'Cast', 'Unsqueeze', 'Squeeze', 'MatMul', 'Mul', 'Div', 'Max', 'ReduceL2', 'ReduceSum', 'Identity'],
  ...['Equal', 'And', 'Not', 'Constant'],
]);

function isTableGraph({ proto }: OnnxModel): boolean {
  const { node = [], output = [] } = proto.graph ?? {};
  return (
    proto.producerName === 'octavec' &&
    output.some(({ name }) => name === 'sentence_embedding') &&
    node.length <= mostNodes &&
    node.every(({ opType = '' }) => operators.has(opType))
  );
}

function isColumn({ dims }: TensorProto): boolean {
  return dims.length === 2 && dims[1] === 1;
}

/** Whether every token has its row and its weight. Only columns as long as the table are taken for scales. */
function isWhole(table: StaticTable): boolean {
  const { mapping, weights } = table;
  return (mapping?.every((row) => row >= 0) ?? true) && (weights === undefined || weights.length === tokensOf(table));
}
