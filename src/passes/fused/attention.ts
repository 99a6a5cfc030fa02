import { dataType, floatAttribute, intAttribute, intsAttribute, type NodeProto } from '../../onnx/index.js';
import { attend, byHead, givePresent, headsFirst, hiddenByOrder, joinHeads, lowest, repeatHeads } from './attend.js';
import { Chain, type FusedGraph, require, toEnd } from './fused-graph.js';
import { maskBias } from './multi-head-attention.js';
import { hasPast } from './past.js';

/** Writes out Attention of ONNX Runtime: projections to queries, keys and values side by side, and the attention. */
export function attention(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [input, weights, bias = '', mask = '', past = '', added = ''] = node.input;
  const columns = fused.index.initializers.get(weights)?.dims[1];
  const heads = intAttribute(node, 'num_heads') ?? 0;
  require(columns !== undefined && heads > 0, 'projections that are computed');
  require(!hasPast(fused, past), 'a past that is computed');
  require(intAttribute(node, 'do_rotary') !== 1, 'rotary positions in an attention with projections');
  const [width, keyWidth, valueWidth] = intsAttribute(node, 'qkv_hidden_sizes') ?? [0, 1, 2].map(() => columns / 3);
  require(width === keyWidth && width + keyWidth + valueWidth === columns, 'queries and keys of different widths');

  const chain = new Chain(node, fused);
  const product = chain.add('MatMul', [input, weights]);
  const projected = bias === '' ? product : chain.add('Add', [product, bias]);
  const [queries, keys, values] = (
    width === valueWidth
      ? chain.split(projected, ['queries', 'keys', 'values'])
      : chain.parts(projected, 2, [0, width, 2 * width, toEnd])
  ).map((part) => headsFirst(chain, byHead(chain, part, heads)));
  const context = attend(chain, {
    ...{ queries, keys, values },
    scale: floatAttribute(node, 'scale') || 1 / Math.sqrt(width / heads),
    biases: [...maskBias(chain, fused, node, mask, keys), ...(added === '' ? [] : [added])],
    hidden: intAttribute(node, 'unidirectional') === 1 ? hiddenByOrder(chain, queries, keys) : undefined,
  });
  joinHeads(chain, context, node.output[0]);
  return chain.nodes;
}

/** Writes out Attention of the standard, from opset 23 on: of three axes, or of four with the heads first. */
export function standardAttention(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [query, key, value, mask = '', pastKey = '', pastValue = '', lengths = ''] = node.input;
  require(!hasPast(fused, pastKey) && !hasPast(fused, pastValue), 'a past that is computed');
  require(lengths === '', 'lengths of keys');
  require((floatAttribute(node, 'softcap') ?? 0) === 0, 'scores that are capped');
  require(!node.output[3], 'an output of scores');
  require((intAttribute(node, 'left_window_size') ?? -1) < 0, 'a window');
  require((intAttribute(node, 'right_window_size') ?? -1) < 0, 'a window');
  const chain = new Chain(node, fused);
  const shape = fused.shapeOf(query);
  const headsOf = (name: string, stated: string) =>
    shape?.length === 4 ? fused.shapeOf(name)?.[1] : intAttribute(node, stated);
  const [heads, keyValueHeads] = [headsOf(query, 'q_num_heads'), headsOf(key, 'kv_num_heads')];
  const last = shape?.at(-1);
  require(typeof heads === 'number' && typeof keyValueHeads === 'number', 'heads of unknown number');
  require(typeof last === 'number', 'queries of unknown width');
  const isFour = shape?.length === 4;
  const four = (name: string, count: number) => (isFour ? name : headsFirst(chain, byHead(chain, name, count)));
  const [queries, keys, values] = [four(query, heads), four(key, keyValueHeads), four(value, keyValueHeads)];
  const times = heads / keyValueHeads;
  const context = attend(chain, {
    queries,
    keys: repeatHeads(chain, keys, keyValueHeads, times),
    values: repeatHeads(chain, values, keyValueHeads, times),
    scale: floatAttribute(node, 'scale') || 1 / Math.sqrt(isFour ? last : last / heads),
    biases: mask === '' ? [] : [asBias(chain, fused, mask)],
    hidden: intAttribute(node, 'is_causal') === 1 ? hiddenByOrder(chain, queries, keys) : undefined,
  });
  if (isFour) {
    chain.add('Identity', [context], {}, node.output[0]);
  } else {
    joinHeads(chain, context, node.output[0]);
  }
  givePresent(chain, node, keys, values);
  return chain.nodes;
}

/** Returns a mask as a bias. Where a mask is Boolean, it says what is seen. */
function asBias(chain: Chain, fused: FusedGraph, mask: string): string {
  const type = fused.types.get(mask);
  require(type !== undefined, 'a mask of unknown type');
  return type === dataType.bool ? chain.add('Where', [mask, chain.float(0), chain.float(lowest)]) : mask;
}
