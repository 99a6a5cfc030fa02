import { type GraphIndex, indexGraph } from '../graph/index.js';
import {
  floatAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  makeNode,
  type NodeOptions,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  type TensorProto,
  withGraph,
} from '../onnx/index.js';

/** What is looked up of a graph while its fused operators are written out, and where constants for that go. */
interface Fused {
  readonly index: GraphIndex;
  readonly added: TensorProto[];
}

/**
 * Writes operators of ONNX Runtime (com.microsoft), as its optimizer and Optimum's write them into files, in standard
 * operators that give the same. Others stay as they are.
 */
export function expandFused(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const fused: Fused = { index: indexGraph(graph), added: [] };
  const node = graph.node.flatMap((each) =>
    normalDomain(each.domain) === 'com.microsoft' ? (expansions[each.opType ?? '']?.(each, fused) ?? [each]) : [each],
  );
  return withGraph(model, { ...graph, node, initializer: [...graph.initializer, ...fused.added] });
}

type Expansion = (node: NodeProto, fused: Fused) => readonly NodeProto[] | undefined;

const expansions: Readonly<Record<string, Expansion>> = {
  Gelu: (node) => [makeNode('Gelu', node.input, node.output)],
  BiasGelu: (node) => biasedGelu(node, 'none'),
  QuickGelu: quickGelu,
  FastGelu: (node) => biasedGelu(node, 'tanh'),
  SkipLayerNormalization: skipLayerNorm,
  EmbedLayerNormalization: embedLayerNorm,
  FusedMatMul: fusedMatMul,
  Attention: attention,
};

/** Nodes one after the other, whose values have names of their own. */
class Chain {
  readonly nodes: NodeProto[] = [];
  readonly #prefix: string;
  readonly #fused: Fused;

  constructor(node: NodeProto, fused: Fused) {
    this.#prefix = node.output[0];
    this.#fused = fused;
  }

  add(opType: string, input: readonly string[], attributes: NodeOptions['attributes'] = {}, output?: string): string {
    const made = output ?? `${this.#prefix}::${this.nodes.length}`;
    this.nodes.push(makeNode(opType, input, [made], { attributes }));
    return made;
  }

  integers(dims: readonly number[], values: readonly number[]): string {
    return this.#constant(int64Tensor(`${this.#prefix}::integers:${dims}:${values}`, dims, values));
  }

  float(value: number): string {
    return this.#constant(floatTensor(`${this.#prefix}::float:${value}`, [], Float32Array.of(value)));
  }

  #constant(tensor: TensorProto): string {
    this.#fused.added.push(tensor);
    return tensor.name ?? '';
  }
}

function biasedGelu(node: NodeProto, approximate: string): readonly NodeProto[] {
  const [x, bias] = node.input;
  const sum = `${node.output[0]}::sum`;
  const gelu = (input: string) =>
    makeNode('Gelu', [input], node.output, { attributes: { approximate: { string: approximate } } });
  return bias ? [makeNode('Add', [x, bias], [sum]), gelu(sum)] : [gelu(x)];
}

/** x · sigmoid(alpha x): SiLU for 1. */
function quickGelu(node: NodeProto, fused: Fused): readonly NodeProto[] {
  const chain = new Chain(node, fused);
  const [x] = node.input;
  const scaled = chain.add('Mul', [x, chain.float(floatAttribute(node, 'alpha') ?? 1.702)]);
  chain.add('Mul', [x, chain.add('Sigmoid', [scaled])], {}, node.output[0]);
  return chain.nodes;
}

/** LayerNorm(input + skip + bias); the fourth output is the sum. */
function skipLayerNorm(node: NodeProto, fused: Fused): readonly NodeProto[] {
  const [input, skip, gamma, beta, bias] = node.input;
  const chain = new Chain(node, fused);
  // The bias belongs to the linear layer, whichever of the two it is.
  const [product, residual] = fused.index.producers.get(skip)?.opType?.startsWith('MatMul')
    ? [skip, input]
    : [input, skip];
  const biased = bias ? chain.add('Add', [product, bias]) : product;
  const sum = chain.add('Add', [biased, residual], {}, node.output[3] || undefined);
  const epsilon = { float: floatAttribute(node, 'epsilon') ?? 1e-12 };
  chain.add('LayerNormalization', [sum, gamma, ...(beta ? [beta] : [])], { epsilon }, node.output[0]);
  return chain.nodes;
}

/** Words, positions and token types, and the norm behind them. The second output counts a text's tokens: see `attention`. */
function embedLayerNorm(node: NodeProto, fused: Fused): readonly NodeProto[] {
  const [ids, types, words, positions, segments, gamma, beta, mask, positionIds] = node.input;
  const chain = new Chain(node, fused);
  const zero = chain.integers([], [0]);
  const one = chain.integers([], [1]);
  const counted = () => {
    const tokens = chain.add('Gather', [chain.add('Shape', [ids]), one]);
    return chain.add('Range', [zero, tokens, one]);
  };
  let sum = chain.add('Add', [
    chain.add('Gather', [words, ids]),
    chain.add('Gather', [positions, positionIds || counted()]),
  ]);
  if (segments) {
    sum = chain.add('Add', [sum, chain.add('Gather', [segments, types])]);
  }
  const epsilon = { float: floatAttribute(node, 'epsilon') ?? 1e-12 };
  chain.add('LayerNormalization', [sum, gamma, beta], { epsilon }, node.output[0]);
  if (mask && node.output[1]) {
    chain.add('ReduceSum', [mask, chain.integers([1], [1])], {}, node.output[1]);
  }
  return chain.nodes;
}

/** alpha · A · B, with B transposed where it says so. */
function fusedMatMul(node: NodeProto, fused: Fused): readonly NodeProto[] | undefined {
  if (['transA', 'transBatchA', 'transBatchB'].some((name) => (intAttribute(node, name) ?? 0) !== 0)) {
    return undefined;
  }
  const chain = new Chain(node, fused);
  const [a, b] = node.input;
  // Weights are matrices; products of attention have batch and heads before.
  const perm = { ints: fused.index.initializers.get(b)?.dims.length === 2 ? [1, 0] : [0, 1, 3, 2] };
  const right = intAttribute(node, 'transB') === 1 ? chain.add('Transpose', [b], { perm }) : b;
  const alpha = floatAttribute(node, 'alpha') ?? 1;
  if (alpha === 1) {
    chain.add('MatMul', [a, right], {}, node.output[0]);
  } else {
    chain.add('Mul', [chain.add('MatMul', [a, right]), chain.float(alpha)], {}, node.output[0]);
  }
  return chain.nodes;
}

/**
 * Projections to queries, keys and values side by side, and the attention. Its mask is one of keys, [batch × tokens], or
 * counts each text's tokens, which comes to the same and is traced back to the mask that is counted.
 */
function attention(node: NodeProto, fused: Fused): readonly NodeProto[] | undefined {
  const [input, weights, bias, mask, past, added] = node.input;
  const columns = fused.index.initializers.get(weights)?.dims[1];
  const heads = intAttribute(node, 'num_heads');
  if (
    columns === undefined ||
    !heads ||
    past ||
    intAttribute(node, 'unidirectional') === 1 ||
    intAttribute(node, 'do_rotary') === 1 ||
    node.attribute.some(({ name }) => name === 'qkv_hidden_sizes')
  ) {
    return undefined;
  }
  const chain = new Chain(node, fused);
  const product = chain.add('MatMul', [input, weights]);
  const projected = bias ? chain.add('Add', [product, bias]) : product;
  const parts = ['queries', 'keys', 'values'].map((name) => `${node.output[0]}::${name}`);
  chain.nodes.push(makeNode('Split', [projected], parts, { attributes: { axis: { int: -1 } } }));
  const byHead = chain.integers([4], [0, 0, heads, -1]);
  const operand = (part: string, perm: readonly number[]) =>
    chain.add('Transpose', [chain.add('Reshape', [part, byHead])], { perm: { ints: perm } });
  const scores = chain.add('MatMul', [operand(parts[0], [0, 2, 1, 3]), operand(parts[1], [0, 2, 3, 1])]);
  const scale = floatAttribute(node, 'scale') || 1 / Math.sqrt(columns / 3 / heads);
  let seen = chain.add('Mul', [scores, chain.float(scale)]);
  if (mask) {
    const counted = fused.index.producers.get(mask);
    const source =
      counted?.opType === 'ReduceSum'
        ? counted.input[0]
        : counted?.opType === 'EmbedLayerNormalization'
          ? counted.input[7]
          : mask;
    const hidden = chain.add('Sub', [chain.add('Cast', [source], { to: { int: 1 } }), chain.float(1)]);
    const spread = chain.add('Unsqueeze', [hidden, chain.integers([2], [1, 2])]);
    seen = chain.add('Add', [seen, chain.add('Mul', [spread, chain.float(10_000)])]);
  }
  if (added) {
    seen = chain.add('Add', [seen, added]);
  }
  const shares = chain.add('Softmax', [seen], { axis: { int: -1 } });
  const context = chain.add('MatMul', [shares, operand(parts[2], [0, 2, 1, 3])]);
  const merged = chain.add('Transpose', [context], { perm: { ints: [0, 2, 1, 3] } });
  chain.add('Reshape', [merged, chain.integers([3], [0, 0, -1])], {}, node.output[0]);
  return chain.nodes;
}
