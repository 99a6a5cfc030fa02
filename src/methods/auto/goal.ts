import {
  type Gate,
  type GateChoice,
  type GateMetricName,
  gateMetricNames,
  gateMetrics,
  type Measured,
  withLimits,
} from '../../evaluate/index.js';
import type { AutoOptions, AutoPurpose } from './options.js';

/** What a search works towards. */
export interface AutoGoal {
  readonly gate: Gate;
  readonly purpose: AutoPurpose;
}

/** What holds where nothing is asked for. */
const defaultTarget = { cosineP1: 0.995 };

/** A mix that is hardly smaller than the original is of no use, however good. */
const leastReduction = 1.3;

/**
 * Returns the gate that a search works towards: the named targets, else what a given gate asks for, else a cosine p1
 * of 0.995. Limits of the gate and limits of one's own hold as well; where several speak of the same figure, the
 * target does, then the own limit.
 */
export function targetGate(options: Omit<AutoOptions, 'for'>, choice: GateChoice = {}): Gate {
  const { targetCosineP1, targetOverlap, maxLoss } = options;
  const { gate, limits, limitsWhereMeasured } = choice;
  const targets = {
    ...(targetCosineP1 !== undefined && { cosineP1: targetCosineP1 }),
    ...(targetOverlap !== undefined && { topKOverlap: targetOverlap }),
    ...(maxLoss !== undefined && { cosineMean: 1 - maxLoss }),
  };
  const named = Object.keys(targets).length > 0;
  const usual = named || gate !== undefined ? {} : defaultTarget;
  const asked = {
    name: named || gate === undefined ? 'target' : gate.name,
    limits: { nonFinite: 0, lostLength: 0, sizeReduction: leastReduction, ...gate?.limits, ...usual },
    limitsWhereMeasured: gate?.limitsWhereMeasured ?? {},
  };
  const goal = withLimits(asked, limits, limitsWhereMeasured);
  return { ...goal, limits: { ...goal.limits, ...targets } };
}

/** Metrics of what a variant costs; all others are of what it loses. */
const costs: ReadonlySet<GateMetricName> = new Set(['sizeReduction', 'speedUp']);

/** Metrics that tell of the texts that suffer most. */
export const tailMetrics: readonly GateMetricName[] = [
  'nonFinite',
  'lostLength',
  'cosineP1',
  'cosineMin',
  'relativeL2Max',
];

/** What stands for no loss at all, so that of two that miss it one is still nearer. */
const leastAllowed = 1e-9;

/**
 * Returns how much of what a gate allows is used up: 0 for no loss, 1 where a limit is just held, more beyond. The
 * largest over all limits on fidelity; infinite where a figure is no number.
 *
 * @param metrics that are looked at; all if left out
 */
export function usedAllowance(
  measured: Measured,
  gate: Gate,
  metrics: readonly GateMetricName[] = gateMetricNames,
): number {
  const shares = metrics.flatMap((name) => {
    const limit = gate.limits[name] ?? gate.limitsWhereMeasured[name];
    const figure = gateMetrics[name].of(measured);
    if (limit === undefined || costs.has(name) || (figure === undefined && gate.limits[name] === undefined)) {
      return [];
    }
    // Figures that are to be large are at best 1, the others 0.
    const [loss, allowed] =
      gateMetrics[name].bound === 'at least' ? [1 - (figure ?? Number.NaN), 1 - limit] : [figure ?? Number.NaN, limit];
    if (Number.isNaN(loss)) {
      return [Number.POSITIVE_INFINITY];
    }
    return [loss <= 0 ? 0 : loss / Math.max(allowed, leastAllowed)];
  });
  return Math.max(0, ...shares);
}
