import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';
import { median } from '../numbers/index.js';
import { throughField } from './field.js';
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
  const { rounds = 3, embedder, onProgress, signal } = options;
  const fields = subjects.map((subject) => ({
    subject,
    process: new ModelProcess(subject.model),
    speeds: [] as number[],
  }));
  return throughField(fields, signal, async () => {
    const loadSeconds: number[] = [];
    for (const { subject, process } of fields) {
      throwIfCancelled(signal, 'measuring speed');
      const { seconds } = await process.load({ ...embedder, ...subject.embedder });
      loadSeconds.push(seconds);
    }
    const total = (rounds + 1) * fields.length;
    for (let round = 0; round <= rounds; round++) {
      for (const [i, { subject, process, speeds }] of fields.entries()) {
        throwIfCancelled(signal, 'measuring speed');
        const done = round * fields.length + i;
        onProgress?.({ stage: `Measuring speed: ${subject.name}`, done, total, unit: 'rounds' });
        const { seconds } = await process.run([texts]);
        if (round > 0) {
          speeds.push(texts.length / seconds);
        }
      }
    }
    const measurements: RunMeasurement[] = [];
    for (const [i, { subject, process, speeds }] of fields.entries()) {
      const peakBytes = await process.finish();
      const textsPerSecond = median(speeds);
      const { name } = subject;
      measurements.push({ name, loadSeconds: loadSeconds[i], rounds: speeds, textsPerSecond, peakBytes });
    }
    return measurements;
  });
}
