import type { Mix } from '../../quantize/index.js';
import { cheapestMix, type PartChoices, totalsOf } from './mix-search.js';

/** A mix that was tried with the real model. */
export interface TriedResult {
  readonly mix: Mix;
  /** Sum of the choices' losses. */
  readonly expectedLoss: number;
  readonly cost: number;
  /** Share of what the goal allows that it uses up; infinite where it cannot be used at all. */
  readonly usedAllowance: number;
}

export interface MixSearch<Result extends TriedResult> {
  readonly parts: readonly PartChoices[];
  /** Runs the real model. */
  readonly tryMix: (mix: Mix) => Promise<Result>;
  /** How much of the allowance a mix may use up: 1, or less where there shall be a margin. */
  readonly limit: number;
  /** The expected loss to begin with. */
  readonly firstBudget: number;
}

/** Mixes that are tried at most. */
const mostTrials = 10;

/** Budgets and costs that are so close are the same. */
const closeEnough = 0.003;

/**
 * Searches the cheapest mix that keeps within the limit. Expected losses say which mix is the best of its kind; how far
 * to go is found with the real model, between the largest budget that held and the smallest that did not.
 *
 * @param tried results that are known already
 * @returns all that was tried; {@link bestOf} picks the result
 */
export async function findMix<Result extends TriedResult>(
  { parts, tryMix, limit, firstBudget }: MixSearch<Result>,
  tried: readonly Result[] = [],
): Promise<readonly Result[]> {
  const results = [...tried];
  /** Largest budget that held, smallest that did not. */
  let [held, missed] = [0, Number.POSITIVE_INFINITY];
  let budget = firstBudget;
  for (let trial = 0; trial < mostTrials; trial++) {
    const mix = cheapestMix(parts, budget);
    if (mix === undefined) {
      break;
    }
    let result = results.find((known) => sameMix(known.mix, mix));
    if (result === undefined) {
      result = await tryMix(mix);
      results.push(result);
    }
    if (result.usedAllowance <= limit) {
      held = Math.max(held, budget);
    } else {
      missed = Math.min(missed, budget);
    }
    const next = nextBudget(held, missed, budget, result.usedAllowance / limit);
    if (next === undefined || isSettled(parts, held, missed)) {
      break;
    }
    budget = next;
  }
  return results;
}

/** Returns the cheapest that keeps within the limit; where none does, the one that uses least. */
export function bestOf<Result extends TriedResult>(results: readonly Result[], limit: number): Result | undefined {
  const holding = results.filter(({ usedAllowance }) => usedAllowance <= limit);
  return holding.length > 0
    ? holding.toSorted((a, b) => a.cost - b.cost || a.usedAllowance - b.usedAllowance)[0]
    : results.toSorted((a, b) => a.usedAllowance - b.usedAllowance)[0];
}

/** Chooses the next budget to try. The allowance grows with the budget, more or less in proportion. */
function nextBudget(held: number, missed: number, budget: number, used: number): number | undefined {
  const aimed = Number.isFinite(used) ? budget * Math.min(4, Math.max(0.1, 0.97 / used)) : budget / 4;
  if (missed === Number.POSITIVE_INFINITY) {
    return Math.max(aimed, held * 1.1);
  }
  if (held === 0) {
    return Math.min(aimed, missed * 0.9);
  }
  if (missed - held < closeEnough * held) {
    return undefined;
  }
  const margin = (missed - held) / 8;
  return Math.min(missed - margin, Math.max(held + margin, aimed));
}

/** Tells whether no mix is worth trying between the two budgets, or beyond the one. */
function isSettled(parts: readonly PartChoices[], held: number, missed: number): boolean {
  if (held === 0) {
    return false;
  }
  const good = cheapestMix(parts, held);
  const better = missed === Number.POSITIVE_INFINITY ? cheapestOfAll(parts) : cheapestMix(parts, missed);
  if (good === undefined || better === undefined) {
    return false;
  }
  return totalsOf(parts, good).cost - totalsOf(parts, better).cost <= closeEnough * totalsOf(parts, good).cost;
}

function cheapestOfAll(parts: readonly PartChoices[]): Mix {
  return new Map(
    parts.map(({ id, choices }) => [id, choices.toSorted((a, b) => a.cost - b.cost || a.loss - b.loss)[0].precision]),
  );
}

function sameMix(a: Mix, b: Mix): boolean {
  return a.size === b.size && [...a].every(([id, precision]) => b.get(id) === precision);
}
