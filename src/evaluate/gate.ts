import { type GateMetricName, gateMetricNames, gateMetrics } from './gate-metrics.js';
import type { Measurements } from './measurements.js';

/** Thresholds, as plain data. Every limit is the worst figure that still passes. */
export interface Gate {
  readonly name: string;
  /** A figure that was not measured fails. */
  readonly limits: Readonly<Partial<Record<GateMetricName, number>>>;
  /** Held only against figures that were measured; the verdict names the others. */
  readonly limitsWhereMeasured: Readonly<Partial<Record<GateMetricName, number>>>;
}

export interface GateFailure {
  readonly metric: GateMetricName;
  /** NaN where the figure is not a number or was not measured. */
  readonly figure: number;
  readonly limit: number;
  /** "cosine p1 is 0.877, the limit is at least 0.95" */
  readonly message: string;
}

export interface Verdict {
  readonly gate: string;
  readonly passed: boolean;
  readonly failures: readonly GateFailure[];
  /** Metrics that the gate would have held against measured figures only. */
  readonly notMeasured: readonly GateMetricName[];
}

/** The gate with limits of one's own in place of, or besides, its. They must be measured. */
export function withLimits(gate: Gate, limits: Gate['limits'] = {}): Gate {
  const own = Object.keys(limits).length > 0;
  return own ? { ...gate, name: `${gate.name} with own limits`, limits: { ...gate.limits, ...limits } } : gate;
}

/** Holds evidence against a gate. What is not a number never passes. */
export function judge(evidence: Measurements, gate: Gate): Verdict {
  const failures: GateFailure[] = [];
  const notMeasured: GateMetricName[] = [];
  for (const metric of gateMetricNames) {
    const limit = gate.limits[metric] ?? gate.limitsWhereMeasured[metric];
    if (limit === undefined) {
      continue;
    }
    const figure = gateMetrics[metric].of(evidence);
    if (figure === undefined && gate.limits[metric] === undefined) {
      notMeasured.push(metric);
    } else if (!holds(metric, figure, limit)) {
      failures.push({ metric, figure: figure ?? Number.NaN, limit, message: failureMessage(metric, figure, limit) });
    }
  }
  return { gate: gate.name, passed: failures.length === 0, failures, notMeasured };
}

/** The failures as one phrase, for messages. */
export function failuresAsText(verdict: Verdict): string {
  return verdict.failures.map((failure) => failure.message).join('; ');
}

/** False for NaN and for what was not measured: both comparisons are false then. */
function holds(metric: GateMetricName, figure: number | undefined, limit: number): boolean {
  const value = figure ?? Number.NaN;
  return gateMetrics[metric].bound === 'at least' ? value >= limit : value <= limit;
}

function failureMessage(metric: GateMetricName, figure: number | undefined, limit: number): string {
  const { label, bound, digits } = gateMetrics[metric];
  const shown = figure === undefined ? 'was not measured' : `is ${shownFigure(figure, limit, digits)}`;
  return `${label} ${shown}, the limit is ${bound} ${limit}`;
}

/** With the usual digits, or with as many more as it takes to tell the figure from the limit. */
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
