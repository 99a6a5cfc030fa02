import { dataType, floatAttribute, intAttribute, type NodeProto, stringAttribute } from '../../onnx/index.js';
import { attend, byHead, givePresent, headsFirst, hiddenByOrder, joinHeads, repeatHeads } from './attend.js';
import { Chain, type FusedGraph, require } from './fused-graph.js';
import { hasPast } from './past.js';
import { cacheRows, rotate } from './rotary-embedding.js';

/**
 * Writes out GroupQueryAttention of ONNX Runtime. Without a past, a text's tokens stand at the positions 0, 1, … and
 * see those before them: the lengths of texts matter for padding alone, which stands after the text. (In the run time,
 * padding sees the text alone; here it sees padding, too.)
 */
export function groupQueryAttention(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  checkAttributes(node, fused);
  const [query, key = '', value = ''] = node.input;
  const added = node.input[10] ?? '';
  const [heads, keyValueHeads] = ['num_heads', 'kv_num_heads'].map((name) => intAttribute(node, name) ?? 0);
  require(heads > 0 && keyValueHeads > 0, 'no number of heads');
  const packed = key === '';
  const columns = fused.shapeOf(query)?.[2];
  require(typeof columns === 'number', 'queries of unknown width');
  const width = columns / (packed ? heads + 2 * keyValueHeads : heads);

  const chain = new Chain(node, fused);
  const [queries, keys, values] = packed
    ? unpack(chain, query, heads, keyValueHeads)
    : [byHead(chain, query, heads), byHead(chain, key, keyValueHeads), byHead(chain, value, keyValueHeads)];
  const turn = rotation(chain, node, fused, query, width);
  const turnedKeys = headsFirst(chain, turn(keys));
  const headedValues = headsFirst(chain, values);
  const headedQueries = headsFirst(chain, turn(queries));
  const times = heads / keyValueHeads;
  const context = attend(chain, {
    queries: headedQueries,
    keys: repeatHeads(chain, turnedKeys, keyValueHeads, times),
    values: repeatHeads(chain, headedValues, keyValueHeads, times),
    scale: floatAttribute(node, 'scale') || 1 / Math.sqrt(width),
    softcap: floatAttribute(node, 'softcap'),
    biases: added === '' ? [] : [added],
    hidden:
      intAttribute(node, 'causal') === 0
        ? hiddenByLength(chain, node.input[5], turnedKeys)
        : hiddenByOrder(chain, headedQueries, turnedKeys, intAttribute(node, 'local_window_size') ?? -1),
  });
  joinHeads(chain, context, node.output[0]);
  givePresent(chain, node, turnedKeys, headedValues);
  return chain.nodes;
}

function checkAttributes(node: NodeProto, fused: FusedGraph): void {
  const [, , , pastKey = '', pastValue = ''] = node.input;
  const [sink = '', keyScale = '', valueScale = '', queryNorm = '', keyNorm = '', lengths = ''] = node.input.slice(11);
  const integer = (name: string, otherwise: number) => intAttribute(node, name) ?? otherwise;
  require(!hasPast(fused, pastKey) && !hasPast(fused, pastValue), 'a past that is computed');
  require(integer('smooth_softmax', 0) !== 1 && sink === '', 'a softmax with a sink');
  require(integer('qk_output', 0) === 0 && !node.output[3], 'an output of scores');
  const quantized = ['k_quant_type', 'v_quant_type'].some((name) => (stringAttribute(node, name) ?? 'NONE') !== 'NONE');
  require(!quantized && keyScale === '' && valueScale === '', 'quantized keys and values');
  // The run time's kernel for CPUs refuses them, too: there is nothing to compare with.
  require(queryNorm === '' && keyNorm === '', 'norms of queries and keys inside');
  require(lengths === '', 'queries of different lengths');
  const window = integer('local_window_size', -1);
  require(integer('causal', 1) !== 0 || window <= 0, 'a window to both sides');
}

/** Takes queries, keys and values from the columns of one value, in this order. */
function unpack(chain: Chain, value: string, heads: number, keyValueHeads: number): string[] {
  const all = byHead(chain, value, heads + 2 * keyValueHeads);
  return chain.parts(all, 2, [0, heads, heads + keyValueHeads, heads + 2 * keyValueHeads]);
}

/** Returns what rotates [batch × tokens × heads × width] by position. */
function rotation(chain: Chain, node: NodeProto, fused: FusedGraph, query: string, width: number) {
  const [cosines = '', sines = '', positionIds = ''] = node.input.slice(7);
  if (intAttribute(node, 'do_rotary') !== 1) {
    return (value: string) => value;
  }
  require(cosines !== '' && sines !== '', 'a rotation without caches');
  const positions =
    positionIds === ''
      ? { value: chain.counted(query, 1), rank: 1 as const }
      : { value: positionIds, rank: 2 as const };
  const rows = cacheRows(chain, fused, [cosines, sines], positions, 2);
  const interleaved = intAttribute(node, 'rotary_interleaved') === 1;
  return (value: string) => rotate(chain, value, { ...rows, interleaved, partial: width !== 2 * rows.half });
}

/**
 * Hides the keys after the end of a text: [batch × 1 × 1 × keys]. The run time is given the positions of the last
 * tokens.
 */
function hiddenByLength(chain: Chain, last: string, keys: string): string {
  const wide = chain.add('Cast', [chain.reshape(last, [-1, 1, 1, 1])], { to: { int: dataType.int64 } });
  return chain.add('Greater', [chain.unsqueeze(chain.counted(keys, 2), 0, 1, 2), wide]);
}
