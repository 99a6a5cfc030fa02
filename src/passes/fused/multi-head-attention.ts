import { floatAttribute, intAttribute, type NodeProto } from '../../onnx/index.js';
import {
  attend,
  biasOfMask,
  byHead,
  givePresent,
  headsFirst,
  hiddenByOrder,
  joinHeads,
  maskOfCounts,
} from './attend.js';
import { Chain, type FusedGraph, require, toEnd } from './fused-graph.js';
import { hasPast } from './past.js';

/**
 * Writes out MultiHeadAttention of ONNX Runtime: queries, keys and values are projected already, [batch × tokens ×
 * heads · width]; keys and values may have their heads first. The run time hides padding by adding a number, and later
 * tokens by the lowest one.
 */
export function multiHeadAttention(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [query, key = '', value = '', bias = '', mask = '', added = '', pastKey = '', pastValue = ''] = node.input;
  const heads = intAttribute(node, 'num_heads') ?? 0;
  require(heads > 0, 'no number of heads');
  require(key !== '' && value !== '', 'packed queries, keys and values');
  require(!hasPast(fused, pastKey) && !hasPast(fused, pastValue), 'a past that is computed');
  require(!node.output[3], 'an output of scores');
  const chain = new Chain(node, fused);
  const width = fused.shapeOf(query)?.[2];
  require(typeof width === 'number' && fused.shapeOf(query)?.length === 3, 'queries of unknown form');

  const biases = splitBias(chain, fused, bias, width, value);
  const four = (name: string, i: number) => {
    const rank = fused.shapeOf(name)?.length;
    require(rank === 3 || (rank === 4 && biases === undefined), 'keys or values of unknown form');
    if (rank === 4) {
      return name;
    }
    const biased = biases === undefined ? name : chain.add('Add', [name, biases[i]]);
    return headsFirst(chain, byHead(chain, biased, heads));
  };
  const [queries, keys, values] = [query, key, value].map(four);
  const context = attend(chain, {
    ...{ queries, keys, values },
    scale: floatAttribute(node, 'scale') || 1 / Math.sqrt(width / heads),
    biases: [...maskBias(chain, fused, node, mask, keys), ...(added === '' ? [] : [added])],
    hidden: intAttribute(node, 'unidirectional') === 1 ? hiddenByOrder(chain, queries, keys) : undefined,
  });
  joinHeads(chain, context, node.output[0]);
  givePresent(chain, node, keys, values);
  return chain.nodes;
}

/** Splits one bias for queries, keys and values into its three parts. */
function splitBias(
  chain: Chain,
  fused: FusedGraph,
  bias: string,
  width: number,
  value: string,
): readonly string[] | undefined {
  if (bias === '') {
    return undefined;
  }
  require(fused.shapeOf(value)?.length === 3, 'a bias of keys and values that have their heads first');
  return chain.parts(bias, 0, [0, width, 2 * width, toEnd]);
}

/**
 * Turns a mask into a bias. Masks are [batch × keys] or [batch × queries × keys], or count each text's keys, [batch].
 */
export function maskBias(
  chain: Chain,
  fused: FusedGraph,
  node: NodeProto,
  mask: string,
  keys: string,
): readonly string[] {
  if (mask === '') {
    return [];
  }
  const shape = fused.shapeOf(mask);
  const filter = floatAttribute(node, 'mask_filter_value') ?? -10_000;
  if (shape?.length === 1) {
    require(!isCumulated(shape[0], fused, node), 'a mask of cumulated lengths');
    return [biasOfMask(chain, maskOfCounts(chain, mask, keys), 2, filter)];
  }
  require(shape?.length === 2 || shape?.length === 3, 'a mask of unknown form');
  return [biasOfMask(chain, mask, shape.length, filter)];
}

/** Tells whether lengths are [2 · batch] or [3 · batch + 2] instead of [batch]. */
function isCumulated(size: number | string, fused: FusedGraph, node: NodeProto): boolean {
  const batch = fused.shapeOf(node.input[0])?.[0];
  return typeof size === 'number' && typeof batch === 'number' && size !== batch;
}
