import { parentPort } from 'node:worker_threads';
import { plainError } from './plain-error.js';
import type { Answer, CallMessage, FromWorker, Protocol, Question, ToWorker } from './protocol.js';

/** An answer whose buffers are given away instead of copied. */
class GivenAway<Value> {
  readonly value: Value;
  readonly buffers: readonly ArrayBuffer[];

  constructor(value: Value, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** Gives the buffers of arrays away with an answer: nothing is copied, and the worker may not use them any more. */
export function givingAway<Value>(value: Value, arrays: readonly ArrayBufferView[]): GivenAway<Value> {
  return new GivenAway(value, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
}

type Answered<Value> = Value | GivenAway<Value>;

/** What a worker is once it has started. */
export interface StartedWorker<Calls extends Protocol<Calls>> {
  /** Answers `start`. */
  readonly ready: Answered<Answer<Calls, 'start'>>;
  /** Answers all other questions. They come as they are asked, whatever is still being answered. */
  readonly answers: {
    readonly [Name in Exclude<keyof Calls, 'start'>]: (
      question: Question<Calls, Name>,
    ) => Answered<Answer<Calls, Name>> | Promise<Answered<Answer<Calls, Name>>>;
  };
  /** Frees what the worker holds, after its last answer. */
  readonly close?: () => unknown;
}

/**
 * Makes this thread or process a worker that a {@link WorkerChannel} asks. What `start` or an answer throws is thrown to
 * whoever asked.
 */
export function serveCalls<Calls extends Protocol<Calls>>(
  start: (settings: Question<Calls, 'start'>) => StartedWorker<Calls> | Promise<StartedWorker<Calls>>,
): void {
  const port = parentPort === null ? processPort() : threadPort(parentPort);
  let started: Promise<StartedWorker<Calls>> | undefined;
  const running = new Set<Promise<void>>();

  const answerTo = async ({ name, question }: CallMessage): Promise<unknown> => {
    if (name === 'start') {
      started = Promise.resolve(question as Question<Calls, 'start'>).then(start);
      return (await started).ready;
    }
    const answers = (await started)?.answers as Record<string, (question: unknown) => unknown>;
    return answers[name](question);
  };
  const reply = async (message: CallMessage): Promise<void> => {
    const { call, name } = message;
    try {
      const answer = await answerTo(message);
      if (answer instanceof GivenAway) {
        port.post({ call, answer: answer.value }, answer.buffers);
      } else {
        port.post({ call, answer }, []);
      }
    } catch (error) {
      port.post({ call, error: plainError(error) }, []);
      if (name === 'start') {
        port.close();
      }
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all(running);
    try {
      await (await started)?.close?.();
    } finally {
      port.close();
    }
  };
  port.onMessage((message) => {
    if (message === 'close') {
      void close();
      return;
    }
    const replying = reply(message).then(() => void running.delete(replying));
    running.add(replying);
  });
}

/** The way from a worker to whoever asks. */
interface Port {
  post(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: ToWorker) => void): void;
  /** Lets the worker end. */
  close(): unknown;
}

function threadPort(port: NonNullable<typeof parentPort>): Port {
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', listener),
    close: () => port.close(),
  };
}

function processPort(): Port {
  // Whoever started this process is gone: so is its use. A signal to the whole group, as Ctrl-C sends it, is for whoever
  // started it, who may want to finish what runs.
  process.once('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  return {
    // Whoever started this process may be gone in the middle of a message (EPIPE): its use ends with the channel.
    post: (message) => process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => process.on('message', listener),
    close: () => process.connected && process.disconnect(),
  };
}
