import { Tensor } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import { givingAway, serveCalls } from '../../threads/index.js';
import type { GraphData, GraphRun, GraphTensor, GraphWork } from './graph-session.js';
import { RunGuard } from './run-guard.js';
import { createSession, plainReason } from './session.js';
import { sessionInputs } from './session-inputs.js';

/** A thread that holds one session for a GraphSession. */

serveCalls<GraphWork>(async (settings) => {
  const guard = new RunGuard(settings.guard);
  const session = await guard.run(() => createSession(settings));
  const inputs = await sessionInputs(session, settings.onnxPath);
  const run = async ({ feeds, outputs = session.outputNames }: GraphRun) => {
    try {
      const results = await guard.run(() => session.run(mapValues(feeds, toOrt), outputs));
      const tensors = mapValues(results as Readonly<Record<string, Tensor>>, fromOrt);
      return givingAway(
        tensors,
        Object.values(tensors).map(({ data }) => data),
      );
    } catch (error) {
      throw new OctavecError('ENGINE_RUN', { path: settings.onnxPath, why: plainReason(error) });
    }
  };
  // One after the other, in the order of the calls.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ready: { inputs },
    answers: {
      run: (wanted) => {
        const result = last.then(() => run(wanted));
        last = result.catch(() => undefined);
        return result;
      },
    },
    close: () => session.release(),
  };
});

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function toOrt({ type, data, dims }: GraphTensor): Tensor {
  return new Tensor(type as Tensor.Type, data as Tensor.DataType, dims);
}

/** Copies an output, since its memory belongs to ONNX Runtime. */
function fromOrt({ type, data, dims }: Tensor): GraphTensor {
  return { type, dims, data: (data as GraphData).slice() };
}
