import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;

let received: (typeof signals)[number] | undefined;
let controller: AbortController | undefined;

/**
 * Returns the signal that Ctrl-C and SIGTERM abort, so that commands stop cleanly and leave nothing half-written. All
 * steps of a command share it: what came during one is known to the next. A second one, whichever it is, ends the
 * process at once.
 */
export function interruptSignal(): AbortSignal {
  controller ??= listen();
  return controller.signal;
}

function listen(): AbortController {
  const stop = new AbortController();
  const interrupt = (signal: (typeof signals)[number]): void => {
    received = signal;
    for (const each of signals) {
      process.off(each, interrupt);
    }
    stop.abort(new Error(signal === 'SIGINT' ? 'interrupted' : 'terminated'));
  };
  for (const signal of signals) {
    process.on(signal, interrupt);
  }
  return stop;
}

/** Returns the exit status of a command that was interrupted, as shells have it: 130 for SIGINT, 143 for SIGTERM. */
export function interruptStatus(): number | undefined {
  return received && 128 + constants.signals[received];
}
