import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ErrorCode, OctavecError, reasonOf } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import type { CpuGroup } from './cpu-group.js';
import type { ProcessMemory } from './process-memory.js';
import type { FromRunner, RunTimes, ToRunner } from './run-protocol.js';

type Answer<Kind extends FromRunner['kind']> = Extract<FromRunner, { kind: Kind }>;

/** One process with one model. It answers one question at a time. */
export class ModelProcess {
  readonly #process: ChildProcess;
  readonly #path: string;
  readonly #model: ModelFiles;
  readonly #started: Promise<unknown>;
  /** `performance.now()` when the process was started. */
  readonly startedAt = performance.now();

  /** @param group what limits the process, from its first moment on */
  constructor(model: ModelFiles, group?: CpuGroup) {
    this.#model = model;
    this.#path = model.onnxPath;
    // Structured clone carries typed arrays (dense layers) as they are. Detached, so that Ctrl-C comes here alone.
    this.#process = fork(new URL('./runner.js', import.meta.url), {
      serialization: 'advanced',
      detached: true,
      execArgv: [],
    });
    this.#started = once(this.#process, 'spawn');
    // Who asks is told. An error that nobody listens for would end this process.
    this.#started.catch(() => undefined);
    this.#process.on('error', () => undefined);
    if (this.#process.pid !== undefined) {
      try {
        group?.add(this.#process.pid);
      } catch (error) {
        this.#process.kill('SIGKILL');
        throw error;
      }
    }
  }

  /**
   * Loads the model in the process.
   *
   * @throws what `Embedder.load` throws, ENGINE_DIED
   */
  async load(options: EmbedderOptions): Promise<{ readonly seconds: number; readonly engine: EngineDescription }> {
    return this.#ask({ kind: 'load', model: this.#model, options }, 'loaded');
  }

  /**
   * Embeds the texts of each call, call after call.
   *
   * @param seconds how long the calls are repeated; 0 for each of them once
   * @throws what `Embedder.embed` throws, ENGINE_DIED
   */
  async run(calls: readonly (readonly string[])[], seconds = 0): Promise<RunTimes> {
    return this.#ask({ kind: 'run', calls, seconds }, 'ran');
  }

  /**
   * Asks the process how much memory it takes.
   *
   * @throws ENGINE_DIED
   */
  async memory(): Promise<ProcessMemory> {
    const { residentBytes, proportionalBytes } = await this.#ask({ kind: 'memory' }, 'memory');
    return { residentBytes, proportionalBytes };
  }

  /**
   * Closes the model.
   *
   * @returns the largest resident memory that the process has had, in bytes
   * @throws ENGINE_DIED
   */
  async finish(): Promise<number> {
    const { peakBytes } = await this.#ask({ kind: 'finish' }, 'finished');
    return peakBytes;
  }

  /** Ends the process, whatever it is doing, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null && this.#process.pid !== undefined) {
      const gone = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGKILL');
      await gone;
    }
  }

  async #ask<Kind extends FromRunner['kind']>(message: ToRunner, kind: Kind): Promise<Answer<Kind>> {
    await this.#started.catch((error: unknown) => {
      throw new OctavecError('ENGINE_DIED', { path: this.#path, why: reasonOf(error) }, error);
    });
    return new Promise((resolve, reject) => {
      const died = (why: string): void => reject(new OctavecError('ENGINE_DIED', { path: this.#path, why }));
      const onExit = (code: number | null, signal: string | null): void =>
        died(`it ended with ${signal ?? `status ${code}`}`);
      this.#process.once('exit', onExit);
      this.#process.once('message', (answer: FromRunner) => {
        this.#process.off('exit', onExit);
        if (answer.kind === kind) {
          resolve(answer as Answer<Kind>);
        } else if (answer.kind !== 'failed') {
          died(`it answered "${answer.kind}" to "${message.kind}"`);
        } else if (answer.error === undefined) {
          died(answer.message);
        } else {
          reject(new OctavecError<ErrorCode>(answer.error.code, answer.error.details));
        }
      });
      this.#process.send(message, (error) => error && died(reasonOf(error)));
    });
  }
}
