import { ascending, quantile } from '../numbers/index.js';

/** A figure that was measured several times. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Summarises values of several rounds.
 *
 * @param values at least one
 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { median: quantile(sorted, 0.5), low: sorted[0], high: sorted[sorted.length - 1] };
}

/** How long single calls took, in milliseconds. */
export interface Latency {
  readonly calls: number;
  readonly p50: number;
  readonly p95: number;
  /** undefined for less than a hundred calls: there is no hundredth to speak of. */
  readonly p99?: number;
  readonly max: number;
  /** Of the rounds' medians. */
  readonly rounds: Spread;
}

/**
 * Summarises the latencies of calls.
 *
 * @param rounds milliseconds of each call, round by round
 */
export function latencyOf(rounds: readonly Float64Array[]): Latency {
  const all = ascending(rounds.flatMap((calls) => Array.from(calls)));
  return {
    calls: all.length,
    p50: quantile(all, 0.5),
    p95: quantile(all, 0.95),
    p99: all.length < 100 ? undefined : quantile(all, 0.99),
    max: all[all.length - 1],
    rounds: spreadOf(rounds.map((calls) => quantile(ascending(calls), 0.5))),
  };
}
