import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../../base/index.js';
import { type Holdable, startThread } from '../../threads/index.js';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.js';
import { RunGuard } from './run-guard.js';
import { declineTelemetry } from './telemetry.js';

/**
 * `thread`: workers are threads of this process, quick to reach and with little memory of their own; a crash inside
 * native code ends the process, as everywhere in Node. `process`: each worker is a process of its own that may crash or
 * be killed for lack of memory without taking others along; it takes some 40 MB more, and fractions of a millisecond
 * more for each batch.
 */
export const isolations = ['thread', 'process'] as const;
export type Isolation = (typeof isolations)[number];

/** The way to a worker and back. */
export interface Channel {
  /** The arrays are given away where that is possible. */
  post(message: ToWorker, transfer: ArrayBuffer[]): void;
  /** What keeps this process alive while the worker does. */
  readonly held: Holdable;
}

export interface ChannelEvents {
  readonly onMessage: (message: FromWorker) => void;
  /** The worker is gone, or will be. May come more than once. */
  readonly onDeath: (why: string) => void;
  /** The worker is gone. */
  readonly onExit: () => void;
}

const script = new URL('./worker.js', import.meta.url);

export function openChannel(isolation: Isolation, settings: WorkerSettings, events: ChannelEvents): Channel {
  declineTelemetry();
  return isolation === 'thread' ? threadChannel(settings, events) : processChannel(settings, events);
}

function threadChannel(settings: WorkerSettings, { onMessage, onDeath, onExit }: ChannelEvents): Channel {
  const guard = new RunGuard();
  const worker = startThread(script, { settings, guard: guard.shared });
  guard.watch();
  worker.on('message', onMessage);
  worker.on('messageerror', (error) => onDeath(reasonOf(error)));
  worker.on('error', (error) => onDeath(reasonOf(error)));
  worker.once('exit', (code) => {
    guard.unwatch();
    onDeath(`its thread ended with exit code ${code}`);
    onExit();
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    held: worker,
  };
}

function processChannel(settings: WorkerSettings, { onMessage, onDeath, onExit }: ChannelEvents): Channel {
  const child = fork(fileURLToPath(script), { serialization: 'advanced', execArgv: [] });
  child.on('message', onMessage);
  child.on('error', (error) => onDeath(reasonOf(error)));
  child.once('exit', (code, signal) => {
    onDeath(signal === null ? `its process ended with exit status ${code}` : `its process was ended by ${signal}`);
    onExit();
  });
  // What cannot be sent any more is told by the exit.
  const send = (message: ToWorker | WorkerSettings) => child.send(message, () => undefined);
  send(settings);
  return { post: (message) => send(message), held: childAndPipe(child) };
}

/** A process keeps this one alive, and so does the pipe to it. */
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
