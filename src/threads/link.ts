import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { reasonOf } from '../base/index.js';
import type { Holdable } from './process-hold.js';
import type { FromWorker, ToWorker } from './protocol.js';

/**
 * `thread`: workers are threads of this process, quick to reach and with little memory of their own; a crash inside
 * native code ends the process, as everywhere in Node. `process`: each worker is a process of its own that may crash or
 * be killed for lack of memory without taking others along; it takes some 40 MB more, and fractions of a millisecond
 * more for each message.
 */
export const isolations = ['thread', 'process'] as const;
export type Isolation = (typeof isolations)[number];

/** The way to a worker. */
export interface Link {
  /** Sends a message; the buffers are given away where that is possible. */
  post(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  /** Ends the worker, whatever it does. */
  kill(): void;
  /** What keeps this process alive while the worker does. */
  readonly held: Holdable;
}

/** The way back. */
export interface LinkEvents {
  readonly onMessage: (message: FromWorker) => void;
  /** The worker is gone, or will be. May come more than once. */
  readonly onDeath: (why: string) => void;
  /** The worker is gone. */
  readonly onExit: () => void;
}

/** Starts a script as a thread or a process. Flags that this process was started with are not meant for it. */
export function openLink(script: URL, isolation: Isolation, events: LinkEvents): Link {
  return isolation === 'thread' ? threadLink(script, events) : processLink(script, events);
}

function threadLink(script: URL, { onMessage, onDeath, onExit }: LinkEvents): Link {
  const worker = new Worker(script, { execArgv: [] });
  worker.on('message', onMessage);
  worker.on('messageerror', (error) => onDeath(reasonOf(error)));
  worker.on('error', (error) => onDeath(reasonOf(error)));
  worker.once('exit', (code) => {
    onDeath(`its thread ended with exit code ${code}`);
    onExit();
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    kill: () => void worker.terminate(),
    held: worker,
  };
}

function processLink(script: URL, { onMessage, onDeath, onExit }: LinkEvents): Link {
  const child = fork(fileURLToPath(script), { serialization: 'advanced', execArgv: [] });
  child.on('message', onMessage);
  child.on('error', (error) => onDeath(reasonOf(error)));
  child.once('exit', (code, signal) => {
    onDeath(signal === null ? `its process ended with exit status ${code}` : `its process was ended by ${signal}`);
    onExit();
  });
  return {
    // What cannot be sent any more is told by the exit.
    post: (message) => child.send(message, () => undefined),
    kill: () => child.kill('SIGKILL'),
    held: childAndPipe(child),
  };
}

/** Holds a child process together with its pipe: both keep this process alive. */
function childAndPipe(child: ChildProcess): Holdable {
  return {
    ref: () => {
      child.ref();
      child.channel?.ref();
    },
    unref: () => {
      child.unref();
      child.channel?.unref();
    },
  };
}
