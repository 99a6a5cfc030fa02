import { dataType, type NodeProto } from '../../onnx/index.js';
import type { Chain } from './fused-graph.js';

/** Lowest number of single precision: what is hidden weighs nothing behind the softmax. */
export const lowest = -3.4028234663852886e38;

/** An attention: queries, keys and values are [batch × heads × tokens × width]. */
export interface Attended {
  readonly queries: string;
  readonly keys: string;
  readonly values: string;
  readonly scale: number;
  /** Scores are held within ± this by a tanh. */
  readonly softcap?: number;
  /** What is hidden, [queries × keys] or with batch and heads before: booleans. */
  readonly hidden?: string;
  /** Added to scores, one after the other. */
  readonly biases?: readonly string[];
}

/** Writes an attention. Returns [batch × heads × tokens × width]. */
export function attend(chain: Chain, attended: Attended): string {
  const { queries, keys, values, scale, softcap = 0, hidden, biases = [] } = attended;
  const product = chain.add('MatMul', [queries, chain.transpose(keys, [0, 1, 3, 2])]);
  let scores = chain.add('Mul', [product, chain.float(scale)]);
  if (softcap > 0) {
    const shrunk = chain.add('Tanh', [chain.add('Mul', [scores, chain.float(1 / softcap)])]);
    scores = chain.add('Mul', [shrunk, chain.float(softcap)]);
  }
  for (const bias of biases) {
    scores = chain.add('Add', [scores, bias]);
  }
  if (hidden !== undefined) {
    scores = chain.add('Where', [hidden, chain.float(lowest), scores]);
  }
  return chain.add('MatMul', [chain.add('Softmax', [scores], { axis: { int: -1 } }), values]);
}

/** Splits heads: [batch × tokens × heads · width] → [batch × tokens × heads × width]. */
export function byHead(chain: Chain, value: string, heads: number): string {
  return chain.reshape(value, [0, 0, heads, -1]);
}

/** Swaps tokens and heads: [batch × tokens × heads × width] → [batch × heads × tokens × width], and back. */
export function headsFirst(chain: Chain, value: string): string {
  return chain.transpose(value, [0, 2, 1, 3]);
}

/** Joins heads: [batch × heads × tokens × width] → [batch × tokens × heads · width]. */
export function joinHeads(chain: Chain, value: string, output: string): string {
  return chain.reshape(headsFirst(chain, value), [0, 0, -1], output);
}

/** Gives keys and values, heads first, to those who ask for them: the second and third output of an attention. */
export function givePresent(chain: Chain, node: NodeProto, keys: string, values: string): void {
  for (const [i, present] of [keys, values].entries()) {
    if (node.output[1 + i]) {
      chain.add('Identity', [present], {}, node.output[1 + i]);
    }
  }
}

/** Repeats each head of [batch × heads × tokens × width] `times` in a row. */
export function repeatHeads(chain: Chain, value: string, heads: number, times: number): string {
  const places = Array.from({ length: heads * times }, (_, head) => Math.floor(head / times));
  return times === 1
    ? value
    : chain.add('Gather', [value, chain.integers([places.length], places)], { axis: { int: 1 } });
}

/** Hides from a token those after it, and those `window` or more before it: [queries × keys]. */
export function hiddenByOrder(chain: Chain, queries: string, keys: string, window = 0): string {
  const rows = chain.unsqueeze(chain.counted(queries, 2), 1);
  const columns = chain.unsqueeze(chain.counted(keys, 2), 0);
  const behind = chain.add('Greater', [columns, rows]);
  if (window <= 0) {
    return behind;
  }
  const first = chain.add('Sub', [rows, chain.integers([], [window])]);
  return chain.add('Or', [behind, chain.add('LessOrEqual', [columns, first])]);
}

/**
 * Turns a mask of keys, 1 for what is seen, into a bias to add. Its rank is `rank`: [batch × keys] or [batch × queries
 * × keys].
 */
export function biasOfMask(chain: Chain, mask: string, rank: 2 | 3, filter: number): string {
  const seen = chain.add('Cast', [mask], { to: { int: dataType.bool } });
  const bias = chain.add('Where', [seen, chain.float(0), chain.float(filter)]);
  return rank === 2 ? chain.unsqueeze(bias, 1, 2) : chain.unsqueeze(bias, 1);
}

/** Counts of keys that are seen, [batch], as a mask [batch × keys]; keys are [batch × heads × tokens × width]. */
export function maskOfCounts(chain: Chain, counts: string, keys: string): string {
  const wide = chain.add('Cast', [chain.unsqueeze(counts, 1)], { to: { int: dataType.int64 } });
  return chain.add('Less', [chain.unsqueeze(chain.counted(keys, 2), 0), wide]);
}
