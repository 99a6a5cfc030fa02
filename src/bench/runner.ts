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
      // ru_maxrss is in kilobytes on every platform that Node gives it on.
      return { kind: 'finished', peakBytes: process.resourceUsage().maxRSS * 1024 };
  }
}
