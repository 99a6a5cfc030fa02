import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;

let received: (typeof signals)[number] | undefined;

/**
 * Returns a signal that Ctrl-C and SIGTERM abort, so that commands stop cleanly and leave nothing half-written. A
 * second one, whichever it is, ends the process at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: (typeof signals)[number]): void => {
    received = signal;
    for (const each of signals) {
      process.off(each, interrupt);
    }
    controller.abort(new Error(signal === 'SIGINT' ? 'interrupted' : 'terminated'));
  };
  for (const signal of signals) {
    process.on(signal, interrupt);
  }
  return controller.signal;
}

/** Returns the exit status of a command that was interrupted, as shells have it: 130 for SIGINT, 143 for SIGTERM. */
export function interruptStatus(): number | undefined {
  return received && 128 + constants.signals[received];
}
