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
import { type RowType, rowTypes, type StaticTable } from './static-table.js';

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
  const storedAs = (name: string): TensorProto | undefined => {
    const producer = producers.get(name);
    return isOp(producer, 'Cast') ? storedAs(producer.input[0]) : initializers.get(name);
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
    mapping: mapping && Int32Array.from(tensorIntegers(model, mapping)),
  };
  return gathered.every((tensor) => known.includes(tensor)) && isWhole(found) ? found : undefined;
}

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
    node.length <= 40 &&
    node.every(({ opType = '' }) => operators.has(opType))
  );
}

function isColumn({ dims }: TensorProto): boolean {
  return dims.length === 2 && dims[1] === 1;
}

function isWhole({ rows, scales, mapping }: StaticTable): boolean {
  return (scales === undefined || scales.length === rows) && (mapping?.every((row) => row >= 0 && row < rows) ?? true);
}
