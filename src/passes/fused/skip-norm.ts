import { floatAttribute, type NodeProto } from '../../onnx/index.js';
import { Chain, type FusedGraph, require } from './fused-graph.js';

/** Writes out LayerNorm(input + skip + bias); the fourth output is the sum. */
export function skipLayerNorm(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [, , gamma, beta = '', bias = ''] = node.input;
  const chain = new Chain(node, fused);
  const sum = residualSum(chain, node, fused, bias);
  const epsilon = { float: floatAttribute(node, 'epsilon') ?? 1e-12 };
  chain.add('LayerNormalization', [sum, gamma, ...(beta === '' ? [] : [beta])], { epsilon }, node.output[0]);
  return chain.nodes;
}

/** Writes out RMSNorm(input + skip + bias); the fourth output is the sum. */
export function skipRmsNorm(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [, , gamma, bias = ''] = node.input;
  const chain = new Chain(node, fused);
  const sum = residualSum(chain, node, fused, bias);
  const epsilon = floatAttribute(node, 'epsilon') ?? 1e-12;
  const attributes = { axis: { int: -1 }, epsilon: { float: epsilon }, stash_type: { int: 1 } };
  chain.add('SimplifiedLayerNormalization', [sum, gamma], attributes, node.output[0]);
  return chain.nodes;
}

function residualSum(chain: Chain, node: NodeProto, fused: FusedGraph, bias: string): string {
  const [input, skip] = node.input;
  require(!node.output[1] && !node.output[2], 'outputs of mean or variance');
  // The bias belongs to the linear layer, whichever of the two it is.
  const [product, residual] = fused.index.producers.get(skip)?.opType?.startsWith('MatMul')
    ? [skip, input]
    : [input, skip];
  const biased = bias === '' ? product : chain.add('Add', [product, bias]);
  return chain.add('Add', [biased, residual], {}, node.output[3]);
}

/**
 * Writes out the sum of words, positions and token types, and the norm after it. The second output counts each text's
 * tokens.
 */
export function embedLayerNorm(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [ids, types, words, positions, segments, gamma, beta, mask, positionIds] = node.input;
  const chain = new Chain(node, fused);
  let sum = chain.add('Add', [
    chain.add('Gather', [words, ids]),
    chain.add('Gather', [positions, positionIds || chain.counted(ids, 1)]),
  ]);
  if (segments) {
    sum = chain.add('Add', [sum, chain.add('Gather', [segments, types])]);
  }
  const epsilon = { float: floatAttribute(node, 'epsilon') ?? 1e-12 };
  chain.add('LayerNormalization', [sum, gamma, beta], { epsilon }, node.output[0]);
  if (mask && node.output[1]) {
    chain.add('ReduceSum', [mask, chain.integers([1], [1])], { keepdims: { int: 0 } }, node.output[1]);
  }
  return chain.nodes;
}
