import { readFileSync } from 'node:fs';
import { reasonOf } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import type { FromRunner, ToRunner } from './run-protocol.js';

/** A process that holds one model, so that its memory is its own. Started by `measureRuns`. */

let embedder: Embedder | undefined;

process.on('message', (message: ToRunner) => {
  answer(message).then(send, (error: unknown) => send({ kind: 'failed', message: reasonOf(error) }));
});

// Whoever started this process is gone: so is its use.
process.on('disconnect', () => process.exit());

function send(message: FromRunner): void {
  process.send?.(message);
}

async function answer(message: ToRunner): Promise<FromRunner> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  switch (message.kind) {
    case 'load':
      embedder = await Embedder.load(message.model, message.options);
      return { kind: 'loaded', seconds: seconds() };
    case 'run':
      await embedder?.embed(message.texts);
      return { kind: 'ran', seconds: seconds() };
    case 'finish':
      await embedder?.close();
      return { kind: 'finished', peakBytes: peakMemory() };
  }
}

/**
 * The largest resident memory of this process in bytes. On Linux a process inherits the maximum of getrusage from the
 * one that started it, so the kernel's own account of this program is read instead.
 */
function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) {
      return Number(kilobytes) * 1024;
    }
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
