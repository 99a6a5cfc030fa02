import { OctavecError, reasonOf } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import { peakMemory, processMemory } from './process-memory.js';
import type { FromRunner, RunMessage, RunTimes, ToRunner } from './run-protocol.js';

/** A process that holds one model, so that its memory is its own. Started by `ModelProcess`. */

let embedder: Embedder | undefined;

process.on('message', (message: ToRunner) => {
  answer(message).then(send, (error: unknown) => send(failure(error)));
});

// Whoever started this process is gone: so is its use.
process.on('disconnect', () => process.exit());

function send(message: FromRunner): void {
  process.send?.(message);
}

function failure(error: unknown): FromRunner {
  const own = error instanceof OctavecError ? (error as OctavecError) : undefined;
  return { kind: 'failed', message: reasonOf(error), error: own && { code: own.code, details: own.details } };
}

async function answer(message: ToRunner): Promise<FromRunner> {
  const start = performance.now();
  switch (message.kind) {
    case 'load':
      embedder = await Embedder.load(message.model, message.options);
      return { kind: 'loaded', seconds: (performance.now() - start) / 1000, engine: embedder.engine };
    case 'run':
      return { kind: 'ran', ...(await run(embedder as Embedder, message)) };
    case 'memory':
      return { kind: 'memory', ...processMemory() };
    case 'finish':
      await embedder?.close();
      return { kind: 'finished', peakBytes: peakMemory() };
  }
}

async function run(model: Embedder, { calls, seconds }: RunMessage): Promise<RunTimes> {
  const callMs: number[] = [];
  let texts = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  let now = start;
  do {
    const call = calls[callMs.length % calls.length];
    await model.embed(call);
    const end = performance.now();
    callMs.push(end - now);
    now = end;
    texts += call.length;
  } while (seconds === 0 ? callMs.length < calls.length : now - start < 1000 * seconds);
  const { user, system } = process.cpuUsage(cpu);
  return {
    texts,
    seconds: (now - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    callMs: Float64Array.from(callMs),
  };
}
