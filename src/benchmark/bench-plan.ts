import { OctavecError } from '../base/index.js';
import type { Subject } from './subjects.js';
import { mixedLengths, type WorkloadPlan } from './workload.js';

/** What is measured, how often and for how long. */
export interface BenchPlan extends WorkloadPlan {
  /** Starts of a process. */
  readonly starts: number;
  /** Rounds that count; one more warms up. */
  readonly rounds: number;
  /** How long single texts are embedded in one round, for each length. */
  readonly latencySeconds: number;
  /** How long calls of several texts are repeated in one round. */
  readonly callSeconds: number;
  /** Texts in a call. */
  readonly callTexts: readonly number[];
  /** Workers of the pools that are measured. */
  readonly pools: readonly number[];
}

/** What a caller decides about it. */
export interface PlanOptions {
  /** Measure more lengths and texts, with more starts; false by default. */
  readonly thorough?: boolean;
  /** Numbers of workers, 1 to 64, of the pools to measure. */
  readonly pools?: readonly number[];
}

const longestMixed = 256;

/**
 * Plans a benchmark with lengths that all subjects can take; with different ones they could not be compared.
 *
 * @throws USAGE for pools that are none
 */
export function benchPlan(subjects: readonly Subject[], { thorough = false, pools }: PlanOptions): BenchPlan {
  const wrong = pools?.find((workers) => !(Number.isSafeInteger(workers) && workers >= 1 && workers <= 64));
  if (wrong !== undefined) {
    throw new OctavecError('USAGE', { problem: `A pool of ${wrong} workers was asked for; it must be 1 to 64` });
  }
  const longest = Math.min(...subjects.map(({ model }) => model.maxTokens));
  const wanted = thorough ? [16, 64, 256] : [16, 128];
  const lengths = [...new Set(wanted.map((tokens) => Math.min(tokens, longest)))];
  return {
    lengths,
    texts: 32,
    mixed: mixedLengths(thorough ? 256 : 64, Math.min(longestMixed, longest)),
    starts: thorough ? 4 : 2,
    rounds: thorough ? 5 : 3,
    latencySeconds: thorough ? 1 : 0.3,
    callSeconds: thorough ? 0.5 : 0.2,
    callTexts: thorough ? [8, 32] : [32],
    pools: pools ?? (thorough ? [1, 2, 4] : []),
  };
}

/** Runs that so many subjects take in all. */
export function runsOf(plan: BenchPlan, subjects: number): number {
  const { starts, rounds, lengths, callTexts, pools } = plan;
  const inRound = lengths.length * (1 + callTexts.length) + 1;
  return subjects * (starts + (rounds + 1) * inRound + pools.length * (poolRounds(plan) + 1));
}

/** What starting a process with a model takes, and a call that is measured once, as a rule. */
const startSeconds = 1;
const onceSeconds = 0.5;

/** Estimates how long so many subjects take, in seconds: large models take longer. */
export function secondsOf(plan: BenchPlan, subjects: number): number {
  const { starts, rounds, lengths, callTexts, pools, latencySeconds, callSeconds } = plan;
  const round = lengths.length * (latencySeconds + callTexts.length * callSeconds) + onceSeconds;
  const warmUp = onceSeconds * (lengths.length + 1);
  const pooled = pools.length * (startSeconds + onceSeconds * (poolRounds(plan) + 1));
  return subjects * (starts * startSeconds + warmUp + rounds * round + pooled);
}

export function poolRounds({ rounds }: BenchPlan): number {
  return Math.min(3, rounds);
}
