import {
  type GateMetric,
  type GateMetricName,
  gateMetricNames,
  gateMetrics,
  type Measured,
  type TaskLoss,
} from './gate-metrics.js';

/** Thresholds, as plain data. Every limit is the worst figure that still passes. */
export interface Gate {
  /** Name of the preset, or of a gate of your own. */
  readonly name: string;
  /** A figure that was not measured fails. */
  readonly limits: Limits;
  /** Held only against figures that were measured; the verdict names the others. */
  readonly limitsWhereMeasured: Limits;
}

export type Limits = Readonly<Partial<Record<GateMetricName, number>>>;

export interface GateFailure {
  readonly metric: GateMetricName;
  /** NaN where the figure is not a number or was not measured. */
  readonly figure: number;
  readonly limit: number;
  /** "cosine p1 is 0.877, the limit is at least 0.95" */
  readonly message: string;
}

/** What a gate says of a candidate's evidence. */
export interface Verdict {
  /** Name of the gate that was applied. */
  readonly gate: string;
  /** Whether every limit was kept. */
  readonly passed: boolean;
  /** The limits that were not kept. */
  readonly failures: readonly GateFailure[];
  /** Losses beyond their limit that are within the noise of their task: they do not fail. */
  readonly undecided: readonly GateFailure[];
  /** Metrics that the gate would have compared with measured figures only. */
  readonly notMeasured: readonly GateMetricName[];
}

/**
 * Returns the gate with other limits.
 *
 * @param limits in place of, or besides, the gate's; they must be measured
 * @param whereMeasured the same, but what the gate does not ask for itself may stay unmeasured
 */
export function withLimits(gate: Gate, limits: Limits = {}, whereMeasured: Limits = {}): Gate {
  const own = Object.entries(whereMeasured);
  if (own.length === 0 && Object.keys(limits).length === 0) {
    return gate;
  }
  const asked = Object.fromEntries(own.filter(([metric]) => Object.hasOwn(gate.limits, metric)));
  return {
    name: `${gate.name} with own limits`,
    limits: { ...gate.limits, ...asked, ...limits },
    limitsWhereMeasured: { ...gate.limitsWhereMeasured, ...whereMeasured },
  };
}

/**
 * Judges evidence by a gate. What is not a number never passes. Figures of vectors hold in every engine that was measured.
 *
 * A loss in a task fails if it is beyond its limit and more than noise, that is, if 0 lies outside the interval of its
 * paired bootstrap.
 */
export function judge(evidence: Measured, gate: Gate): Verdict {
  const failures: GateFailure[] = [];
  const undecided: GateFailure[] = [];
  const notMeasured: GateMetricName[] = [];
  for (const metric of gateMetricNames) {
    const limit = gate.limits[metric] ?? gate.limitsWhereMeasured[metric];
    if (limit === undefined) {
      continue;
    }
    const { of, losses }: GateMetric = gateMetrics[metric];
    const figure = of(evidence);
    if (figure === undefined && gate.limits[metric] === undefined) {
      notMeasured.push(metric);
    } else if (!holds(metric, figure, limit)) {
      const beyond = losses?.(evidence).filter(({ loss }) => !holds(metric, loss, limit)) ?? [];
      const failing = beyond.filter(({ withinNoise }) => !withinNoise);
      if (beyond.length === 0) {
        failures.push(failure(metric, figure, limit, ''));
      }
      failures.push(...failing.map((loss) => failure(metric, loss.loss, limit, whereLost(loss, metric))));
      undecided.push(
        ...beyond
          .filter(({ withinNoise }) => withinNoise)
          .map((loss) => failure(metric, loss.loss, limit, `${whereLost(loss, metric)}, within noise`)),
      );
    }
    failures.push(...failuresElsewhere(evidence, metric, limit));
  }
  return { gate: gate.name, passed: failures.length === 0, failures, undecided, notMeasured };
}

/** Lists figures of vectors that fail in the second engine. What is the same in both is listed once. */
function failuresElsewhere(evidence: Measured, metric: GateMetricName, limit: number): GateFailure[] {
  const { alsoOn, file, original } = evidence;
  const { of }: GateMetric = gateMetrics[metric];
  const figure = alsoOn && of({ file, original, fidelity: alsoOn.fidelity });
  return figure === undefined || Object.is(figure, of(evidence)) || holds(metric, figure, limit)
    ? []
    : [failure(metric, figure, limit, ` on ${alsoOn?.engine.name}`)];
}

/** Joins the failures to one phrase, for messages. */
export function failuresAsText(verdict: Verdict): string {
  return verdict.failures.map((failure) => failure.message).join('; ');
}

/** Tells whether a figure keeps its limit: false for NaN and for what was not measured. */
function holds(metric: GateMetricName, figure: number | undefined, limit: number): boolean {
  const value = figure ?? Number.NaN;
  return gateMetrics[metric].bound === 'at least' ? value >= limit : value <= limit;
}

/** Says where a loss was measured: " (scifact-mini, 95 % between 0.0012 and 0.0391)". */
function whereLost({ task, interval }: TaskLoss, metric: GateMetricName): string {
  if (interval === undefined || interval.some(Number.isNaN)) {
    return ` (${task})`;
  }
  const [least, most] = interval.map((end) => end.toFixed(gateMetrics[metric].digits));
  return ` (${task}, 95 % between ${least} and ${most})`;
}

function failure(metric: GateMetricName, figure: number | undefined, limit: number, detail: string): GateFailure {
  const { label, bound, digits } = gateMetrics[metric];
  const shown = figure === undefined ? 'was not measured' : `is ${shownFigure(figure, limit, digits)}${detail}`;
  const message = `${label} ${shown}, the limit is ${bound} ${limit}`;
  return { metric, figure: figure ?? Number.NaN, limit, message };
}

/** Formats a figure with the usual digits, or with as many more as it takes to tell it from the limit. */
function shownFigure(figure: number, limit: number, digits: number): string {
  if (!Number.isFinite(figure)) {
    return 'not a number';
  }
  for (let more = digits; more < 12; more++) {
    if (Number(figure.toFixed(more)) !== limit) {
      return figure.toFixed(more);
    }
  }
  return String(figure);
}
