import { parentPort, workerData } from 'node:worker_threads';
import { Tensor } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import { plainError } from '../../threads/index.js';
import type {
  FromGraphWorker,
  GraphData,
  GraphInput,
  GraphTensor,
  GraphWorkerData,
  RunGraphMessage,
} from './graph-session.js';
import { RunGuard } from './run-guard.js';
import { createSession, plainReason } from './session.js';

/** A thread that holds one session for a GraphSession. */

if (parentPort === null) {
  throw new Error('graph-worker.js runs in a worker thread only');
}
const port = parentPort;
const { settings, guard: sharedGuard } = workerData as GraphWorkerData;
const guard = new RunGuard(sharedGuard);

function send(message: FromGraphWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

try {
  const session = await guard.run(() => createSession(settings));
  const inputs = session.inputMetadata.map(
    (input): GraphInput => ({
      name: input.name,
      type: input.isTensor ? input.type : 'not a tensor',
      shape: input.isTensor ? input.shape : [],
    }),
  );
  const run = async ({ feeds, outputs = session.outputNames }: RunGraphMessage) => {
    try {
      const results = await guard.run(() => session.run(mapValues(feeds, toOrt), outputs));
      const tensors = mapValues(results as Readonly<Record<string, Tensor>>, fromOrt);
      send({ kind: 'result', tensors }, [
        ...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer)),
      ]);
    } catch (error) {
      const { onnxPath: path } = settings;
      send({
        kind: 'failed',
        error: plainError(new OctavecError('ENGINE_RUN', { path, why: plainReason(error) }), path),
      });
    }
  };
  // One after the other, in the order of the calls.
  let last = Promise.resolve();
  port.on('message', (message: RunGraphMessage | 'close') => {
    last =
      message === 'close' ? last.then(() => session.release()).then(() => port.close()) : last.then(() => run(message));
  });
  send({ kind: 'ready', inputs, outputNames: session.outputNames });
} catch (error) {
  send({ kind: 'failed', error: plainError(error, settings.onnxPath) });
  port.close();
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function toOrt({ type, data, dims }: GraphTensor): Tensor {
  return new Tensor(type as Tensor.Type, data as Tensor.DataType, dims);
}

/** Output memory belongs to the run time; what is sent is a copy of its own. */
function fromOrt({ type, data, dims }: Tensor): GraphTensor {
  return { type, dims, data: (data as GraphData).slice() };
}
