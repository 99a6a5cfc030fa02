import { tokenizeOnce } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';

/** Texts of known lengths for one tokenizer. */
export interface Workload {
  /** Tokens of each text, special tokens included, that were asked for → texts of them. */
  readonly byLength: ReadonlyMap<number, readonly string[]>;
  /** Many short, few long, in no order. */
  readonly mixed: readonly string[];
}

export interface WorkloadPlan {
  readonly lengths: readonly number[];
  /** Texts of each length. */
  readonly texts: number;
  /** Lengths of the mixed corpus. */
  readonly mixed: readonly number[];
}

/** Words that the vocabularies of English and multilingual models have as one token, mostly. */
const words = (
  'time year people way day man thing woman life child world school state family student group country problem hand ' +
  'part place case week company system program question work government number night point home water room mother ' +
  'area money story fact month lot right study book eye job word business issue side kind head house service friend ' +
  'father power hour game line end member law car city community name president team minute idea kid body information'
).split(' ');

/**
 * Returns texts of about the planned lengths as a model's own tokenizer counts them, never longer.
 *
 * @throws TOKENIZER_INVALID
 */
export async function workloadFor(model: ModelFiles, plan: WorkloadPlan): Promise<Workload> {
  // Each word behind another, for the space between them may be a token of its own.
  const pairs = words.map((word) => `${words[0]} ${word}`);
  const { lengths } = await tokenizeOnce(model, ['', words[0], ...pairs], { prompt: '' });
  const around = lengths[0];
  const tokensOf = words.map((_, i) => Math.max(1, lengths[i + 2] - lengths[1]));
  const text = (tokens: number, seed: number) => textOf(tokens - around, tokensOf, seed);
  return {
    byLength: new Map(
      plan.lengths.map((tokens) => [tokens, Array.from({ length: plan.texts }, (_, seed) => text(tokens, seed))]),
    ),
    mixed: plan.mixed.map(text),
  };
}

/** Returns words of a number of tokens in all, one at least; each seed takes others. */
function textOf(tokens: number, tokensOf: readonly number[], seed: number): string {
  const chosen: string[] = [];
  let left = tokens;
  for (let i = 0; ; i++) {
    const word = (seed * 31 + i * (7 + (seed % 5))) % words.length;
    left -= tokensOf[word];
    if (left < 0 && chosen.length > 0) {
      return chosen.join(' ');
    }
    chosen.push(words[word]);
  }
}

/** Returns lengths of texts as a corpus has them, in no order: from 8 tokens to the longest. */
export function mixedLengths(count: number, longest: number): number[] {
  const shortest = Math.min(8, longest);
  return Array.from({ length: count }, (_, i) => {
    // A prime: each share comes once, for counts that it does not divide. Divided by 64 or 256 it leaves about a half.
    const share = ((i * 101) % count) / count;
    return Math.round(shortest * (longest / shortest) ** (share ** 1.1));
  });
}
