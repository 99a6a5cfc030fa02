import { OctavecError } from '../../base/index.js';
import { ProcessHold, revivedError } from '../../threads/index.js';
import { type Channel, type Isolation, openChannel } from './channel.js';
import type { BatchMessage, FromWorker, ReadyMessage, ResultMessage, WorkerSettings } from './protocol.js';

interface Waiting {
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: OctavecError) => void;
}

/**
 * A worker with one session, as the pool sees it. It runs one batch at a time. While it has nothing to do it does not
 * keep the process alive.
 */
export class PooledWorker {
  readonly #channel: Channel;
  readonly #hold: ProcessHold;
  readonly #exited: Promise<void>;
  #waiting: Waiting | undefined;
  #death: OctavecError | undefined;
  #onDeath: () => void = () => undefined;

  private constructor(settings: WorkerSettings, isolation: Isolation) {
    let onExit: () => void = () => undefined;
    this.#exited = new Promise((resolve) => {
      onExit = resolve;
    });
    this.#channel = openChannel(isolation, settings, {
      onMessage: (message) => this.#takeWaiting()?.resolve(message),
      onDeath: (why) => {
        this.#death ??= new OctavecError('ENGINE_DIED', { path: settings.onnxPath, why });
        this.#takeWaiting()?.reject(this.#death);
        this.#onDeath();
      },
      onExit,
    });
    this.#hold = new ProcessHold(this.#channel.held);
  }

  /**
   * Starts a worker and loads the model in it.
   *
   * @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
   */
  static async start(
    settings: WorkerSettings,
    isolation: Isolation,
  ): Promise<{ worker: PooledWorker; ready: ReadyMessage }> {
    const worker = new PooledWorker(settings, isolation);
    const message = await worker.#answer();
    if (message.kind === 'failed') {
      throw revivedError(message.error);
    }
    return { worker, ready: message as ReadyMessage };
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Has a listener called when the worker dies. */
  onDeath(listener: () => void): void {
    this.#onDeath = listener;
  }

  /**
   * Runs a batch. The arrays of the message go over to the worker.
   *
   * @throws ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT, TOKEN_OUT_OF_RANGE
   */
  async run(batch: BatchMessage): Promise<ResultMessage> {
    if (this.#death !== undefined) {
      throw this.#death;
    }
    const answered = this.#answer();
    this.#channel.post(
      batch,
      [batch.ids, batch.offsets, batch.unpooled].map(({ buffer }) => buffer as ArrayBuffer),
    );
    const message = await answered;
    if (message.kind === 'failed') {
      throw revivedError(message.error);
    }
    return message as ResultMessage;
  }

  /** Frees the session and ends the worker. Nothing may be running. */
  async close(): Promise<void> {
    this.#channel.post({ kind: 'close' }, []);
    await this.#hold.while(this.#exited);
  }

  #answer(): Promise<FromWorker> {
    const answer = new Promise<FromWorker>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    return this.#hold.while(answer);
  }

  #takeWaiting(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
