import type { FixedShape } from '../../output/index.js';

export interface BatchLimits {
  /** Padded tokens of a batch: texts × longest. Bounds memory and how long a batch occupies a worker. */
  readonly tokens: number;
  /** texts × longest²: what attention takes. */
  readonly squaredTokens: number;
  /** Texts of a batch at most. */
  readonly texts?: number;
}

/** Returns the limits for a model whose inputs have fixed sizes: every text takes as many tokens as the longest. */
export function limitsWithin(limits: BatchLimits, { texts, tokens }: FixedShape): BatchLimits {
  const most = texts ?? (tokens && Math.max(1, Math.floor(limits.tokens / tokens)));
  return most === undefined ? limits : { ...limits, texts: most };
}

/** Padding that is accepted before another batch is begun, in tokens: what the fixed cost of a run is worth. */
export const paddingWorth = 32;

/**
 * What a batch still has room for. Whoever is refused would be refused later, too, and so would every shorter text: room
 * only gets less.
 */
export class BatchRoom {
  readonly #limits: BatchLimits;
  readonly #longest: number;
  #texts = 0;
  #padding = 0;

  constructor(limits: BatchLimits, longest: number) {
    this.#limits = limits;
    this.#longest = longest;
  }

  /** Takes in a text of this length if it fits, and says whether it did. The first one always fits. */
  add(length: number): boolean {
    const texts = this.#texts + 1;
    const padding = this.#padding + this.#longest - length;
    const fits =
      length <= this.#longest &&
      padding <= paddingWorth &&
      texts <= (this.#limits.texts ?? texts) &&
      texts * this.#longest <= this.#limits.tokens &&
      texts * this.#longest ** 2 <= this.#limits.squaredTokens;
    if (texts > 1 && !fits) {
      return false;
    }
    this.#texts = texts;
    this.#padding = padding;
    return true;
  }
}
