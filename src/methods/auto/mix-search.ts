import type { Mix, MixPrecision } from '../../quantize/index.js';

/** What can be done with a part of the model. */
export interface Choice {
  readonly precision: MixPrecision;
  /** Bytes or seconds. */
  readonly cost: number;
  /** What it adds to the expected distance from the original. */
  readonly loss: number;
}

export interface PartChoices {
  readonly id: string;
  /** At least one. */
  readonly choices: readonly Choice[];
}

/** Steps that a budget is divided into: a loss is rounded up to the next one, so that a budget is never exceeded. */
const steps = 4000;

/**
 * Returns the mix of least cost whose losses add up to a budget at most (the multiple-choice knapsack problem, by
 * dynamic programming over the budget). Losses add up because rounding errors of different parts are independent: the
 * expected square of their sum is the sum of their squares.
 *
 * @returns undefined if even the least losses exceed the budget
 */
export function cheapestMix(parts: readonly PartChoices[], budget: number): Mix | undefined {
  const unit = budget / steps;
  /** Least cost of the parts so far with this many steps of loss at most. */
  let costs: Float64Array = new Float64Array(steps + 1);
  const taken: Uint8Array[] = [];
  for (const { choices } of parts) {
    const next = new Float64Array(steps + 1).fill(Number.POSITIVE_INFINITY);
    const choice = new Uint8Array(steps + 1);
    for (const [i, { cost, loss }] of choices.entries()) {
      const lost = loss <= 0 ? 0 : Math.ceil(loss / unit - 1e-9);
      for (let step = lost; step <= steps; step++) {
        const total = costs[step - lost] + cost;
        if (total < next[step]) {
          next[step] = total;
          choice[step] = i;
        }
      }
    }
    costs = next;
    taken.push(choice);
  }
  if (!Number.isFinite(costs[steps])) {
    return undefined;
  }
  const mix = new Map<string, MixPrecision>();
  let step = steps;
  for (let part = parts.length - 1; part >= 0; part--) {
    const { id, choices } = parts[part];
    const { precision, loss } = choices[taken[part][step]];
    mix.set(id, precision);
    step -= loss <= 0 ? 0 : Math.ceil(loss / unit - 1e-9);
  }
  return mix;
}

/** Returns the sum of what the parts' choices cost and lose. */
export function totalsOf(parts: readonly PartChoices[], mix: Mix): { readonly cost: number; readonly loss: number } {
  let [cost, loss] = [0, 0];
  for (const { id, choices } of parts) {
    const choice = choices.find(({ precision }) => precision === mix.get(id));
    cost += choice?.cost ?? 0;
    loss += choice?.loss ?? 0;
  }
  return { cost, loss };
}

/** Budgets at which a curve is drawn. */
const curvePoints = 32;

/**
 * Returns the cheapest mixes for expected losses from the least to that of the cheapest of all, without repetitions.
 */
export function paretoMixes(parts: readonly PartChoices[]): Mix[] {
  const cheapest = lossOf(parts, (a, b) => a.cost - b.cost || a.loss - b.loss);
  const least = lossOf(parts, (a, b) => a.loss - b.loss || a.cost - b.cost);
  const bottom = Math.max(least, cheapest * 1e-4, Number.MIN_VALUE);
  const mixes: Mix[] = [];
  const costs = new Set<number>();
  for (let i = 0; i < curvePoints; i++) {
    // Rounding up each loss takes a little more than their sum.
    const budget = bottom * (cheapest / bottom) ** (i / (curvePoints - 1)) * (1 + parts.length / steps);
    const mix = cheapestMix(parts, budget);
    if (mix !== undefined && !costs.has(totalsOf(parts, mix).cost)) {
      costs.add(totalsOf(parts, mix).cost);
      mixes.push(mix);
    }
  }
  return mixes;
}

/** Sums the losses when each part takes its first choice in an order. */
function lossOf(parts: readonly PartChoices[], order: (a: Choice, b: Choice) => number): number {
  return parts.reduce((sum, { choices }) => sum + choices.toSorted(order)[0].loss, 0);
}
