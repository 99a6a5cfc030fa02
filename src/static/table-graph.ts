import {
  type AttributeValue,
  dataType,
  floatTensor,
  int64Tensor,
  makeNode,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  type ValueInfoProto,
} from '../onnx/index.js';
import { rowTypes, type StaticTable } from './static-table.js';

/** What a graph needs to know besides the table. */
export interface TableGraphOptions {
  /** Scale vectors to length 1. */
  readonly normalize: boolean;
  /** Id of the token that does not count. */
  readonly unknownTokenId?: number;
}

const opset = 17;
const irVersion = 8;

/**
 * Writes a static model as an ONNX graph that gives vectors of texts, [batch × columns], and the rows of their tokens,
 * [batch × tokens × columns]:
 *
 *     counts = attention_mask and not input_ids = unknown        [batch, 1, tokens]
 *     rows   = Gather(table, input_ids), times weight and scale  [batch, tokens, columns]
 *     vector = counts · rows / length, or / number of tokens that count
 *
 * @param path of the model, for messages
 */
export function tableGraph(
  table: StaticTable,
  { normalize, unknownTokenId }: TableGraphOptions,
  path: string,
): OnnxModel {
  const graph = new Nodes();
  const rows = graph.rowsOf(table);
  const isToken = graph.op('Cast', ['attention_mask'], { to: { int: dataType.bool } });
  const counts = graph.op('Cast', [graph.known(isToken, unknownTokenId)], { to: { int: dataType.float } });
  const wide = graph.op('Unsqueeze', [counts, graph.integers('axis_1', [1])]);
  const sum = graph.op('Squeeze', [graph.op('MatMul', [wide, rows]), graph.integers('axis_1', [1])]);
  const divisor = normalize
    ? graph.op('Max', [graph.op('ReduceL2', [sum], { axes: { ints: [1] } }), graph.floats('least', 1e-32)])
    : graph.op('Max', [graph.op('ReduceSum', [counts, graph.integers('axis_1', [1])]), graph.floats('least', 1)]);
  graph.op('Div', [sum, divisor], {}, 'sentence_embedding');
  graph.op('Identity', [rows], {}, 'token_embeddings');
  const { columns } = table;
  return {
    path,
    proto: {
      irVersion,
      producerName: 'octavec',
      opsetImport: [{ domain: '', version: opset }],
      metadataProps: [],
      functions: [],
      graph: {
        name: 'static',
        node: graph.nodes,
        initializer: graph.initializers,
        sparseInitializer: [],
        input: ['input_ids', 'attention_mask'].map((name) => value(name, dataType.int64, ['batch', 'tokens'])),
        output: [
          value('sentence_embedding', dataType.float, ['batch', columns]),
          value('token_embeddings', dataType.float, ['batch', 'tokens', columns]),
        ],
        valueInfo: [],
        quantizationAnnotation: [],
        metadataProps: [],
      },
    },
  };
}

class Nodes {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];

  op(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    output?: string,
  ): string {
    const name = output ?? `${type.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push(makeNode(type, inputs, [name], { name: `/${name}`, attributes }));
    return name;
  }

  /** Adds the nodes that give weighted token vectors. */
  rowsOf({ data, type, rows: count, columns, scales, weights, mapping }: StaticTable): string {
    const ids =
      mapping === undefined
        ? 'input_ids'
        : this.op('Gather', [this.#add(int64Tensor('mapping', [mapping.length], [...mapping])), 'input_ids']);
    const table = this.#add(makeTensor('embeddings', type, [count, columns], data));
    let rows = this.op('Gather', [table, ids]);
    if (type !== rowTypes.float) {
      rows = this.op('Cast', [rows], { to: { int: dataType.float } });
    }
    if (scales !== undefined) {
      rows = this.op('Mul', [rows, this.op('Gather', [this.#add(floatTensor('scales', [count, 1], scales)), ids])]);
    }
    if (weights !== undefined) {
      const list = this.#add(floatTensor('weights', [weights.length], weights));
      const wide = this.op('Unsqueeze', [this.op('Gather', [list, 'input_ids']), this.integers('axis_2', [2])]);
      rows = this.op('Mul', [rows, wide]);
    }
    return rows;
  }

  known(isToken: string, unknownTokenId: number | undefined): string {
    if (unknownTokenId === undefined) {
      return isToken;
    }
    const isUnknown = this.op('Equal', ['input_ids', this.integers('unknown', [unknownTokenId])]);
    return this.op('And', [isToken, this.op('Not', [isUnknown])]);
  }

  integers(name: string, values: readonly number[]): string {
    return this.#add(int64Tensor(name, [values.length], values));
  }

  floats(name: string, number: number): string {
    return this.#add(floatTensor(name, [1], Float32Array.of(number)));
  }

  #add(tensor: TensorProto & { name?: string }): string {
    if (!this.initializers.some(({ name }) => name === tensor.name)) {
      this.initializers.push(tensor);
    }
    return tensor.name ?? '';
  }
}

function value(name: string, elemType: number, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } }, metadataProps: [] };
}
