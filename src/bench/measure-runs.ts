import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { median, OctavecError, reasonOf, type TaskOptions, throwIfCancelled } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';
import type { FromRunner, ToRunner } from './run-protocol.js';

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
  const runners = subjects.map((subject) => new Runner(subject));
  try {
    const loadSeconds: number[] = [];
    for (const runner of runners) {
      throwIfCancelled(signal, 'measuring speed');
      loadSeconds.push(await runner.load(options.embedder));
    }
    const speeds: number[][] = subjects.map(() => []);
    const total = (rounds + 1) * subjects.length;
    for (let round = 0; round <= rounds; round++) {
      for (const [i, runner] of runners.entries()) {
        throwIfCancelled(signal, 'measuring speed');
        const done = round * subjects.length + i;
        onProgress?.({ stage: `Measuring speed: ${subjects[i].name}`, done, total, unit: 'rounds' });
        const seconds = await runner.run(texts);
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
    for (const runner of runners) {
      runner.stop();
    }
  }
}

/** One process with one model. It answers one message at a time. */
class Runner {
  readonly #process: ChildProcess;
  readonly #subject: RunSubject;

  constructor(subject: RunSubject) {
    this.#subject = subject;
    // Structured clone carries typed arrays (dense layers) as they are. Detached, so that Ctrl-C comes here alone.
    this.#process = fork(new URL('./runner.js', import.meta.url), { serialization: 'advanced', detached: true });
  }

  async load(usual: EmbedderOptions | undefined): Promise<number> {
    const { model, embedder } = this.#subject;
    const answer = await this.#ask({ kind: 'load', model, options: { ...usual, ...embedder } });
    return answer.kind === 'loaded' ? answer.seconds : Number.NaN;
  }

  async run(texts: readonly string[]): Promise<number> {
    const answer = await this.#ask({ kind: 'run', texts });
    return answer.kind === 'ran' ? answer.seconds : Number.NaN;
  }

  async finish(): Promise<number> {
    const answer = await this.#ask({ kind: 'finish' });
    return answer.kind === 'finished' ? answer.peakBytes : Number.NaN;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  #ask(message: ToRunner): Promise<FromRunner> {
    const path = this.#subject.model.onnxPath;
    return new Promise((resolve, reject) => {
      const died = (why: string): void => reject(new OctavecError('ENGINE_DIED', { path, why }));
      const onExit = (code: number | null, signal: string | null): void =>
        died(`it ended with ${signal ?? `status ${code}`}`);
      this.#process.once('exit', onExit);
      this.#process.once('message', (answer: FromRunner) => {
        this.#process.off('exit', onExit);
        if (answer.kind === 'failed') {
          died(answer.message);
        } else {
          resolve(answer);
        }
      });
      this.#process.send(message, (error) => error && died(reasonOf(error)));
    });
  }
}
