import { ascendingOrder } from '../../numbers/index.js';

/**
 * Returns the average precision of scores that should be high where the label is 1: Σ (Rₙ − Rₙ₋₁) Pₙ over distinct
 * thresholds, as sklearn.metrics.average_precision_score. 0 where no label is 1, NaN where a score is NaN.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const steps = thresholds(scores, labels);
  const positives = steps.at(-1)?.truePositives ?? 0;
  if (steps.some(({ score }) => Number.isNaN(score))) {
    return Number.NaN;
  }
  let sum = 0;
  let recalled = 0;
  for (const { truePositives, taken } of steps) {
    sum += (truePositives - recalled) * (truePositives / taken);
    recalled = truePositives;
  }
  return positives === 0 ? 0 : sum / positives;
}

/**
 * Returns the best accuracy of any threshold that lies between two scores, as MTEB looks for it: taking nothing and
 * taking everything do not count. 0 where all scores are equal.
 */
export function bestAccuracy(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const steps = thresholds(scores, labels);
  const total = scores.length;
  const positives = steps.at(-1)?.truePositives ?? 0;
  const most = steps
    .slice(0, -1)
    .reduce(
      (best, { truePositives, taken }) => Math.max(best, truePositives + (total - positives - (taken - truePositives))),
      0,
    );
  return most / total;
}

/** Returns the best F1 of any threshold that lies between two scores, as MTEB looks for it; 0 where no label is 1. */
export function bestF1(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const steps = thresholds(scores, labels);
  const positives = steps.at(-1)?.truePositives ?? 0;
  return steps
    .slice(0, -1)
    .reduce((best, { truePositives, taken }) => Math.max(best, (2 * truePositives) / (taken + positives)), 0);
}

interface Threshold {
  readonly score: number;
  /** Items with this score or a higher one, and those among them whose label is 1. */
  readonly taken: number;
  readonly truePositives: number;
}

/** Lists the distinct scores, highest first; NaN leads. */
function thresholds(scores: ArrayLike<number>, labels: ArrayLike<number>): Threshold[] {
  const order = ascendingOrder(scores).reverse();
  const steps: Threshold[] = [];
  let truePositives = 0;
  for (const [place, item] of order.entries()) {
    truePositives += labels[item] === 1 ? 1 : 0;
    const next = order[place + 1];
    if (next === undefined || scores[next] !== scores[item]) {
      steps.push({ score: scores[item], taken: place + 1, truePositives });
    }
  }
  return steps;
}
