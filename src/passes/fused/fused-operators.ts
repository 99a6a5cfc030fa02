import {
  floatAttribute,
  intAttribute,
  makeNode,
  type NodeProto,
  normalDomain,
  type OnnxModel,
  withGraph,
} from '../../onnx/index.js';
import { attention, standardAttention } from './attention.js';
import { Chain, type Expansion, type FusedGraph, fusedGraph, require, Unwritten } from './fused-graph.js';
import { groupQueryAttention } from './group-query-attention.js';
import { multiHeadAttention } from './multi-head-attention.js';
import { rotaryEmbedding, standardRotaryEmbedding } from './rotary-embedding.js';
import { embedLayerNorm, skipLayerNorm, skipRmsNorm } from './skip-norm.js';

/**
 * Writes operators of ONNX Runtime (com.microsoft), as its optimizer, its model builder and Optimum's write them into
 * files, and attention and rotary positions of the standard in operators that are all smaller and give the same. Inputs
 * for a past are taken to be empty. Others stay as they are.
 */
export function expandFused(model: OnnxModel): OnnxModel {
  const { graph } = model.proto;
  const fused = fusedGraph(model);
  const node = graph.node.flatMap((each) => {
    const written = expansionOf(each)?.(each, fused);
    return Array.isArray(written) ? written : [each];
  });
  return withGraph(model, { ...graph, node, initializer: [...graph.initializer, ...fused.added.values()] });
}

/** Says why `expandFused` leaves a fused node as it is; undefined for nodes that it writes out or does not know. */
export function whyFused(model: OnnxModel, node: NodeProto): string | undefined {
  const written = expansionOf(node)?.(node, fusedGraph(model));
  return typeof written === 'string' ? written : undefined;
}

/** The nodes, or why there are none. */
type Attempt = (node: NodeProto, fused: FusedGraph) => readonly NodeProto[] | string;

function expansionOf({ domain, opType = '' }: NodeProto): Attempt | undefined {
  const ofDomain = { 'com.microsoft': microsoft, '': standard }[normalDomain(domain)];
  const expansion = ofDomain?.get(opType);
  return (
    expansion &&
    ((node, fused) => {
      try {
        return expansion(node, fused);
      } catch (error) {
        if (error instanceof Unwritten) {
          return error.message;
        }
        throw error;
      }
    })
  );
}

const standard: ReadonlyMap<string, Expansion> = new Map([
  ['Attention', standardAttention],
  ['RotaryEmbedding', standardRotaryEmbedding],
]);

const microsoft: ReadonlyMap<string, Expansion> = new Map<string, Expansion>([
  ['Attention', attention],
  ['BiasGelu', (node) => biasedGelu(node, 'none')],
  ['EmbedLayerNormalization', embedLayerNorm],
  ['FastGelu', (node) => biasedGelu(node, 'tanh')],
  ['FusedMatMul', fusedMatMul],
  ['Gelu', (node) => [makeNode('Gelu', node.input, node.output)]],
  ['GroupQueryAttention', groupQueryAttention],
  ['MultiHeadAttention', multiHeadAttention],
  ['QuickGelu', quickGelu],
  ['RotaryEmbedding', rotaryEmbedding],
  ['SkipLayerNormalization', skipLayerNorm],
  ['SkipSimplifiedLayerNormalization', skipRmsNorm],
]);

function biasedGelu(node: NodeProto, approximate: string): readonly NodeProto[] {
  const [x, bias] = node.input;
  const sum = `${node.output[0]}::sum`;
  const gelu = (input: string) =>
    makeNode('Gelu', [input], node.output, { attributes: { approximate: { string: approximate } } });
  return bias ? [makeNode('Add', [x, bias], [sum]), gelu(sum)] : [gelu(x)];
}

/** Writes out x · sigmoid(alpha x), which is SiLU for alpha 1. */
function quickGelu(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const chain = new Chain(node, fused);
  const [x] = node.input;
  const scaled = chain.add('Mul', [x, chain.float(floatAttribute(node, 'alpha') ?? 1.702)]);
  chain.add('Mul', [x, chain.add('Sigmoid', [scaled])], {}, node.output[0]);
  return chain.nodes;
}

/** Writes out alpha · A · B, with A or B transposed where the node says so. */
function fusedMatMul(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const transposed = ['transA', 'transBatchA', 'transBatchB'].some((name) => (intAttribute(node, name) ?? 0) !== 0);
  require(!transposed, 'a first factor that is transposed');
  const chain = new Chain(node, fused);
  const [a, b] = node.input;
  // Weights are matrices; products of attention have batch and heads before.
  const perm = fused.index.initializers.get(b)?.dims.length === 2 ? [1, 0] : [0, 1, 3, 2];
  const right = intAttribute(node, 'transB') === 1 ? chain.transpose(b, perm) : b;
  const alpha = floatAttribute(node, 'alpha') ?? 1;
  if (alpha === 1) {
    chain.add('MatMul', [a, right], {}, node.output[0]);
  } else {
    chain.add('Mul', [chain.add('MatMul', [a, right]), chain.float(alpha)], {}, node.output[0]);
  }
  return chain.nodes;
}
