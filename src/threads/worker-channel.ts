import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OctavecError, onAbort, throwIfCancelled } from '../base/index.js';
import { type Isolation, type Link, openLink } from './link.js';
import { revivedError } from './plain-error.js';
import { ProcessHold } from './process-hold.js';
import type { Answer, FromWorker, Protocol, Question } from './protocol.js';

export interface ChannelOptions {
  /** What the worker works on, for the message of ENGINE_DIED. */
  readonly path: string;
  /** `thread` by default. */
  readonly isolation?: Isolation;
  /** Buffers of the settings that are given away instead of copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

export interface RunOptions extends ChannelOptions {
  /** Ends the thread, whatever it does. */
  readonly signal?: AbortSignal;
  /** What is cancelled, for the message of CANCELLED. */
  readonly what: string;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: OctavecError) => void;
}

/**
 * A worker that answers questions: a script that calls {@link serveCalls}, in a thread or a process of its own. It keeps
 * this process alive only while somebody waits for it.
 *
 * @typeParam Calls what it can be asked, see {@link Protocol}
 */
export class WorkerChannel<Calls extends Protocol<Calls>> {
  readonly #script: string;
  readonly #path: string;
  readonly #link: Link;
  readonly #hold: ProcessHold;
  readonly #waiting = new Map<number, Waiting>();
  readonly #started: Promise<Answer<Calls, 'start'>>;
  /** Resolves when the worker is gone. */
  readonly exited: Promise<void>;
  #calls = 0;
  #death: OctavecError | undefined;
  #onDeath: () => void = () => undefined;

  /** @param settings the question of `start` */
  constructor(
    script: URL,
    settings: Question<Calls, 'start'>,
    { path, isolation = 'thread', transfer }: ChannelOptions,
  ) {
    this.#script = fileURLToPath(script);
    this.#path = path;
    let onExit: () => void = () => undefined;
    this.exited = new Promise((resolve) => {
      onExit = resolve;
    });
    this.#link = openLink(script, isolation, {
      onMessage: (message) => this.#take(message),
      onDeath: (why) => this.#die(why),
      onExit,
    });
    this.#hold = new ProcessHold(this.#link.held);
    this.#started = this.ask('start', settings, transfer);
    // Whoever is interested waits for it.
    this.#started.catch(() => undefined);
  }

  /**
   * Waits until the worker has started, and returns what it answered. After an error the worker ends by itself.
   *
   * @throws what the worker threw, ENGINE_DIED, HOST_UNUSABLE where its program is missing
   */
  started(): Promise<Answer<Calls, 'start'>> {
    return this.#started;
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Has a listener called when the worker dies. */
  onDeath(listener: () => void): void {
    this.#onDeath = listener;
  }

  /**
   * Asks the worker. Questions are handed to it at once, and answers come as they are ready.
   *
   * @param transfer buffers of the question that are given away instead of copied
   * @throws what the worker threw, ENGINE_DIED, HOST_UNUSABLE where its program is missing; DataCloneError for a question
   *   that cannot be sent
   */
  ask<Name extends keyof Calls & string>(
    name: Name,
    question: Question<Calls, Name>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Answer<Calls, Name>> {
    if (this.#death !== undefined) {
      return Promise.reject(this.#death);
    }
    const call = this.#calls++;
    try {
      this.#link.post({ call, name, question }, transfer);
    } catch (error) {
      return Promise.reject(error);
    }
    const answered = new Promise<Answer<Calls, Name>>((resolve, reject) => {
      this.#waiting.set(call, { resolve: resolve as Waiting['resolve'], reject });
    });
    return this.#hold.while(answered);
  }

  /** Lets the worker answer what it has been asked, free what it holds and end. */
  async close(): Promise<void> {
    if (this.isAlive) {
      this.#link.post('close', []);
    }
    await this.#hold.while(this.exited);
  }

  /** Ends the worker, whatever it does. */
  async kill(): Promise<void> {
    this.#link.kill();
    await this.#hold.while(this.exited);
  }

  #take({ call, answer, error }: FromWorker): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error === undefined) {
      waiting?.resolve(answer);
    } else {
      waiting?.reject(revivedError(error, this.#path));
    }
  }

  #die(why: string): void {
    if (this.#death !== undefined) {
      return;
    }
    this.#death = existsSync(this.#script)
      ? new OctavecError('ENGINE_DIED', { path: this.#path, why })
      : incomplete(this.#script);
    for (const [call, { reject }] of this.#waiting) {
      this.#waiting.delete(call);
      reject(this.#death);
    }
    this.#onDeath();
  }
}

/** Returns the error of a worker whose program is not there: no shortage of memory, and no reason to try again. */
function incomplete(script: string): OctavecError<'HOST_UNUSABLE'> {
  const problems = `its installation is incomplete, for ${script} is missing; install it again`;
  return new OctavecError('HOST_UNUSABLE', { problems });
}

/**
 * Has one piece of work done in a thread of its own: starts it, takes what it answers, and ends it. The thread is gone
 * when this returns or throws.
 *
 * @throws what the thread threw, ENGINE_DIED, CANCELLED
 */
export async function runInThread<Work extends Protocol<Work>>(
  script: URL,
  settings: Question<Work, 'start'>,
  { signal, what, ...options }: RunOptions,
): Promise<Answer<Work, 'start'>> {
  throwIfCancelled(signal, what);
  const channel = new WorkerChannel<Work>(script, settings, options);
  const forget = onAbort(signal, () => void channel.kill());
  try {
    return await channel.started();
  } catch (error) {
    throwIfCancelled(signal, what);
    throw error;
  } finally {
    forget();
    await channel.kill();
  }
}
