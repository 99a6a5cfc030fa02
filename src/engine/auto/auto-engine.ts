import { reasonOf } from '../../base/index.js';
import type { ModelFiles } from '../../model/index.js';
import {
  type Fitness,
  knownFitness,
  type LoadedBinding,
  loadBinding,
  modelKey,
  noteFitness,
  returnFreedMemory,
} from '../../native/index.js';
import type { Engine } from '../engine.js';
import { engineWith } from '../engine-with.js';
import { tryNativeEngine } from '../native/native-engine.js';
import { loadOnnxRuntimeEngine, type PoolOptions } from '../onnxruntime/load-engine.js';
import { leastCosine, leastFitCosine, sampleBatch } from './self-check.js';

/** An engine, or in one line why there is none. */
type EngineOrReason = { readonly engine: Engine } | { readonly reason: string };

/**
 * Takes the native engine where it gives what the file promises: weights of 8 bits or fewer, an encoder that is
 * recognised, a processor that it has kernels for, and vectors that agree with those of ONNX Runtime. Else ONNX Runtime,
 * whose description then says why (`fallback`). What was found out about a model is kept with its packed weights.
 *
 * @throws as the engines' own loaders
 */
export async function autoEngine(files: ModelFiles, options: PoolOptions): Promise<Engine> {
  const native = await fitNativeEngine(files, options);
  if ('engine' in native) {
    return native.engine;
  }
  const engine = await loadOnnxRuntimeEngine(files, options);
  return engineWith(engine, { description: { ...engine.description, fallback: native.reason } });
}

async function fitNativeEngine(files: ModelFiles, options: PoolOptions): Promise<EngineOrReason> {
  // What `memory` and `batchTokens` ask for, speed or little memory, the native engine gives by itself.
  if (options.isolation === 'process') {
    return { reason: 'it runs in no processes of its own (isolation: process)' };
  }
  const loaded = loadBinding();
  if ('reason' in loaded) {
    return loaded;
  }
  const key = await modelKey(files, 'int8');
  const known = (await knownFitness(loaded, files, key)) ?? (await unfitByWeights(loaded, files, key));
  if (known?.reason !== undefined) {
    return { reason: known.reason };
  }
  const native = await tryNativeEngine(files, options);
  if (known !== undefined) {
    return native;
  }
  if ('reason' in native) {
    if (!native.mayPass) {
      await noteFitness(loaded, files, key, { reason: native.reason });
    }
    return native;
  }
  const cosine = await agreement(files, native.engine, sampleBatch(native.vocabulary, files.maxTokens), options);
  const reason = cosine >= leastFitCosine ? undefined : disagreement(cosine);
  await noteFitness(loaded, files, key, { reason, leastCosine: cosine });
  if (reason !== undefined) {
    await native.engine.close();
    return { reason };
  }
  return native;
}

/**
 * Says why the weights speak against the native engine, if they do. To read the file's structure takes a quarter of a second
 * with what reads it, so the answer is kept.
 */
async function unfitByWeights(loaded: LoadedBinding, files: ModelFiles, key: string): Promise<Fitness | undefined> {
  const [{ fullPrecisionWeights }, { readStructure }] = await Promise.all([
    import('../../encoder/index.js'),
    import('../../onnx/index.js'),
  ]);
  try {
    const precision = fullPrecisionWeights(await readStructure(files.onnxPath));
    if (precision === undefined) {
      return undefined;
    }
    const unfit = { reason: `the file has weights in ${precision}, which the native engine would round to INT8` };
    await noteFitness(loaded, files, key, unfit);
    return unfit;
  } catch (error) {
    // ONNX Runtime may take the file even so, or its loader says what is wrong with it.
    return { reason: reasonOf(error) };
  }
}

/** Returns the lowest cosine between the vectors of both engines. ONNX Runtime is started for this only. */
async function agreement(
  files: ModelFiles,
  native: Engine,
  batch: ReturnType<typeof sampleBatch>,
  { threads, signal }: PoolOptions,
): Promise<number> {
  try {
    await using plain = await loadOnnxRuntimeEngine(files, { workers: 1, threads, signal });
    const expected = await plain.embed(batch, { alone: true, signal });
    return leastCosine(expected, await native.embed(batch, { signal }), native.width);
  } catch (error) {
    await native.close();
    throw error;
  } finally {
    returnFreedMemory();
  }
}

function disagreement(cosine: number): string {
  return `its vectors differ from those of ONNX Runtime in the self-check (cosine ${cosine.toFixed(3)})`;
}
