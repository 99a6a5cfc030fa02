import { setTimeout } from 'node:timers/promises';
import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';
import { median } from '../numbers/index.js';
import { ModelProcess } from './model-process.js';

/** A model whose speed and memory are wanted. */
export interface RunSubject {
  readonly name: string;
  readonly model: ModelFiles;
  /** Besides, or in place of, those for all. */
  readonly embedder?: EmbedderOptions;
}

export interface RunMeasurement {
  readonly name: string;
  readonly loadSeconds: number;
  /** Texts per second of each round, tokenizing included. */
  readonly rounds: readonly number[];
  /** Median of the rounds. */
  readonly textsPerSecond: number;
  /** Largest resident memory of a process that did nothing but load the model and embed the texts. */
  readonly peakBytes: number;
}

export interface MeasureOptions extends TaskOptions {
  /** How each model is loaded. */
  readonly embedder?: EmbedderOptions;
  /** Rounds that count; one more warms up. 3 by default. */
  readonly rounds?: number;
}

const signalDelayMs = 50;

/**
 * Measures speed and memory of several models over the same texts. Each has a process of its own; rounds are
 * interleaved (A B C A B C …), so that a machine that changes its speed changes it for all.
 *
 * @throws ENGINE_DIED, CANCELLED
 */
export async function measureRuns(
  subjects: readonly RunSubject[],
  texts: readonly string[],
  options: MeasureOptions = {},
): Promise<RunMeasurement[]> {
  const { rounds = 3, onProgress, signal } = options;
  const runners = subjects.map((subject) => new ModelProcess(subject.model));
  try {
    const loadSeconds: number[] = [];
    for (const runner of runners) {
      throwIfCancelled(signal, 'measuring speed');
      const { seconds } = await runner.load({ ...options.embedder, ...subjects[loadSeconds.length].embedder });
      loadSeconds.push(seconds);
    }
    const speeds: number[][] = subjects.map(() => []);
    const total = (rounds + 1) * subjects.length;
    for (let round = 0; round <= rounds; round++) {
      for (const [i, runner] of runners.entries()) {
        throwIfCancelled(signal, 'measuring speed');
        const done = round * subjects.length + i;
        onProgress?.({ stage: `Measuring speed: ${subjects[i].name}`, done, total, unit: 'rounds' });
        const { seconds } = await runner.run([texts]);
        if (round > 0) {
          speeds[i].push(texts.length / seconds);
        }
      }
    }
    const measurements: RunMeasurement[] = [];
    for (const [i, runner] of runners.entries()) {
      const { name } = subjects[i];
      const peakBytes = await runner.finish();
      measurements.push({
        name,
        loadSeconds: loadSeconds[i],
        rounds: speeds[i],
        textsPerSecond: median(speeds[i]),
        peakBytes,
      });
    }
    return measurements;
  } catch (error) {
    // Ctrl-C may end a process that was just started, and be heard of here a moment after its end.
    await setTimeout(signalDelayMs);
    throwIfCancelled(signal, 'measuring speed');
    throw error;
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
}
