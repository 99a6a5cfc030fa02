import { type Isolation, WorkerChannel } from '../../threads/index.js';
import type { Batch, BatchResult, EncoderFacts, Encoding, WorkerSettings } from './protocol.js';
import { guarded } from './run-guard.js';
import { declineTelemetry } from './telemetry.js';

/** A worker with one session, as the pool sees it. It runs one batch at a time. */
export type PooledWorker = WorkerChannel<Encoding>;

/**
 * Starts a worker and loads the model in it.
 *
 * @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
 */
export async function startWorker(
  settings: WorkerSettings,
  isolation: Isolation,
): Promise<{ worker: PooledWorker; facts: EncoderFacts }> {
  declineTelemetry();
  const script = new URL('./worker.js', import.meta.url);
  const open = (guard?: SharedArrayBuffer) =>
    new WorkerChannel<Encoding>(script, { ...settings, guard }, { path: settings.onnxPath, isolation });
  const worker = isolation === 'thread' ? guarded(open) : open();
  return { worker, facts: await worker.started() };
}

/**
 * Runs a batch. Its arrays go over to the worker.
 *
 * @throws ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT, TOKEN_OUT_OF_RANGE
 */
export function runBatch(worker: PooledWorker, batch: Batch): Promise<BatchResult> {
  const arrays = [batch.ids, batch.offsets, batch.unpooled];
  return worker.ask(
    'run',
    batch,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}
