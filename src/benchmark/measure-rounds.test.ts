import { describe, expect, test } from 'vitest';
import { type BenchPlan, benchPlan, runsOf, secondsOf } from './bench-plan.js';
import type { Field } from './field.js';
import { measureRounds } from './measure-rounds.js';
import type { Subject } from './subjects.js';

const plan: BenchPlan = {
  starts: 2,
  rounds: 3,
  lengths: [16, 128],
  texts: 3,
  mixed: [],
  latencySeconds: 0.5,
  callSeconds: 0.2,
  callTexts: [2],
  pools: [1],
};

/** A subject whose every text takes so many milliseconds. */
function field(name: string, msPerText: number, log: string[]): Field {
  const byLength = new Map(
    plan.lengths.map((tokens) => [tokens, ['one', 'two', 'three'].map((w) => `${w} ${tokens}`)]),
  );
  const process = {
    run: async (calls: readonly (readonly string[])[], seconds: number) => {
      log.push(`${name} ${calls.map((call) => call.length)} ${seconds}`);
      const texts = calls.flat().length;
      return {
        texts,
        seconds: (texts * msPerText) / 1000,
        cpuSeconds: (texts * msPerText) / 500,
        callMs: Float64Array.from(calls, (call) => call.length * msPerText),
      };
    },
    memory: async () => ({ residentBytes: 100 }),
    finish: async () => 250,
  };
  return { subject: { name }, workload: { byLength, mixed: ['a', 'b', 'c', 'd'] }, process } as unknown as Field;
}

const place = (steps: { count: number }) => ({ embedder: {}, onStep: () => void steps.count++ });

describe('measureRounds', () => {
  test('gives the figures of each subject', async () => {
    const [fast, slow] = await measureRounds([field('fast', 1, []), field('slow', 10, [])], plan, place({ count: 0 }));
    expect(fast.latency.map(({ tokens, p50 }) => [tokens, p50])).toEqual([
      [16, 1],
      [128, 1],
    ]);
    expect(slow.latency[0].p50).toBe(10);
    expect(slow.throughput.map(({ texts, tokens, perSecond }) => [texts, tokens, perSecond.median])).toEqual([
      [1, 16, 100],
      [1, 128, 100],
      [2, 16, 100],
      [2, 128, 100],
    ]);
    expect(fast.mixed).toMatchObject({ rounds: [1000, 1000, 1000], cpus: 2 });
    expect(fast.memory).toEqual({ residentBytes: 100, peakBytes: 250 });
  });

  test('warms up with single calls, and lets another subject begin each round', async () => {
    const log: string[] = [];
    await measureRounds([field('a', 1, log), field('b', 1, log)], plan, place({ count: 0 }));
    const inRound = log.length / (plan.rounds + 1);
    expect(log.slice(0, inRound).every((run) => run.endsWith(' 0'))).toBe(true);
    const first = (round: number) => log[round * inRound];
    expect([0, 1, 2, 3].map(first)).toEqual(['a 1,1,1 0', 'b 1,1,1 0.5', 'a 1,1,1 0.5', 'b 1,1,1 0.5']);
  });

  test('takes as many runs as the plan says, but for starts and pools', async () => {
    const steps = { count: 0 };
    await measureRounds([field('a', 1, []), field('b', 1, [])], plan, place(steps));
    const pooled = 2 * plan.pools.length * (3 + 1);
    expect(steps.count).toBe(runsOf(plan, 2) - 2 * plan.starts - pooled);
  });

  test('tells what is known after each round but the last', async () => {
    const told: unknown[] = [];
    const rounds: number[] = [];
    await measureRounds([field('a', 1, [])], plan, place({ count: 0 }), async ([known], round) => {
      rounds.push(round);
      told.push(known.memory, known.mixed.rounds.length);
    });
    expect(rounds).toEqual([1, 2]);
    // The peak is not known yet.
    expect(told).toEqual([{ residentBytes: 100, peakBytes: 100 }, 1, { residentBytes: 100, peakBytes: 100 }, 2]);
  });

  test('ends with the signal', async () => {
    const stop = new AbortController();
    stop.abort();
    const cancelled = measureRounds([field('a', 1, [])], plan, { ...place({ count: 0 }), signal: stop.signal });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a plan', () => {
  const subject = (maxTokens: number) => ({ model: { maxTokens } }) as Subject;

  test('takes lengths that all subjects can read', () => {
    expect(benchPlan([subject(512), subject(256)], {}).lengths).toEqual([16, 128]);
    expect(benchPlan([subject(512), subject(64)], {}).lengths).toEqual([16, 64]);
    expect(benchPlan([subject(12)], { thorough: true }).lengths).toEqual([12]);
  });

  test('measures the pools that are asked for, and refuses those that are none', () => {
    expect(benchPlan([subject(512)], { pools: [1, 4] }).pools).toEqual([1, 4]);
    for (const workers of [0, 1.5, 65]) {
      expect(() => benchPlan([subject(512)], { pools: [workers] })).toThrow(/1 to 64/);
    }
  });

  test('takes as much longer as there are subjects', () => {
    expect(runsOf(plan, 4)).toBe(4 * runsOf(plan, 1));
    expect(secondsOf(plan, 4)).toBeCloseTo(4 * secondsOf(plan, 1));
  });

  test('counts starts, warm-up, rounds and pools', () => {
    // Two starts, half a second for each call of the warm-up, rounds of calls and the mixed corpus, a pool of four rounds.
    expect(secondsOf(plan, 1)).toBeCloseTo(2 + 1.5 + 3 * (2 * (0.5 + 0.2) + 0.5) + (1 + 4 * 0.5));
  });
});
