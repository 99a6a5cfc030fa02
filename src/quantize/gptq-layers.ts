import type { TaskOptions } from '../base/index.js';
import type { Activation, CalibrationTexts } from '../calibration/index.js';
import { type GramMatrix, gramMatrices } from '../calibration/index.js';
import { type LinearLayer, weightKey } from '../encoder/index.js';
import { cpuBudget, readHostFacts } from '../host/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { runInThread } from '../threads/index.js';
import type { BlockMatrix } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { weightByOutputs } from './weight-only.js';

/** What a thread is given. */
export interface GptqJob {
  readonly gram: GramMatrix;
  readonly inputs: number;
  /** Of the layers that share the input, each [outputs × inputs]. */
  readonly weights: readonly Float32Array[];
  readonly scheme: BlockScheme;
}

export interface GptqWork {
  start(job: GptqJob): BlockMatrix[];
}

/**
 * Rounds weights of layers by GPTQ in threads of their own; returns them by {@link weightKey}. A weight that several
 * layers share is rounded with regard to the input of one of them.
 *
 * @param model that the layers are of, with its constants folded
 * @throws as `observe`
 */
export async function gptqLayers(
  model: OnnxModel,
  layers: readonly LinearLayer[],
  texts: CalibrationTexts,
  scheme: BlockScheme,
  { signal, onProgress }: TaskOptions = {},
): Promise<ReadonlyMap<string, BlockMatrix>> {
  const groups = distinctWeights(layers);
  const activations = [...groups].map(([name, [{ inputs }]]) => ({ name, channels: inputs }));
  const rounded = new Map<string, BlockMatrix>();
  const round = async (group: readonly LinearLayer[], gram: GramMatrix): Promise<void> => {
    const weights = group.map((layer) => weightByOutputs(model, layer));
    const matrices = await roundInThread({ gram, inputs: group[0].inputs, weights, scheme }, model.path, signal);
    for (const [i, layer] of group.entries()) {
      rounded.set(weightKey(layer), matrices[i]);
    }
    onProgress?.({ stage: 'Rounding weights', done: rounded.size, total: layers.length, unit: 'layers' });
  };
  const { threads } = cpuBudget(await readHostFacts());
  const jobs: Promise<void>[] = [];
  const running = new Set<Promise<void>>();
  const use = async ({ name }: Activation, gram: GramMatrix): Promise<void> => {
    const job = round(groups.get(name) ?? [], gram).finally(() => running.delete(job));
    running.add(job);
    // Its failure is seen when all are awaited.
    job.catch(() => undefined);
    jobs.push(job);
    // Memory holds the matrices of as many jobs as run.
    if (running.size >= threads) {
      await Promise.race(running);
    }
  };
  try {
    await gramMatrices(model, activations, texts, use, { signal, onProgress });
  } finally {
    // Nothing goes on behind the caller's back, whatever failed.
    await Promise.allSettled(jobs);
  }
  await Promise.all(jobs);
  return rounded;
}

/** Groups layers by their input; of those that share a weight, only the first counts. */
function distinctWeights(layers: readonly LinearLayer[]): ReadonlyMap<string, readonly LinearLayer[]> {
  const groups = new Map<string, LinearLayer[]>();
  const seen = new Set<string>();
  for (const layer of layers.filter((one) => !seen.has(weightKey(one)) && seen.add(weightKey(one)))) {
    groups.set(layer.activation, [...(groups.get(layer.activation) ?? []), layer]);
  }
  return groups;
}

function roundInThread(job: GptqJob, path: string, signal: AbortSignal | undefined): Promise<BlockMatrix[]> {
  const transfer = [job.gram, ...job.weights].map(({ buffer }) => buffer as ArrayBuffer);
  const script = new URL('./gptq-worker.js', import.meta.url);
  return runInThread<GptqWork>(script, job, { path, transfer, signal, what: 'quantizing' });
}
