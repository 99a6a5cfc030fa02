import {
  checkChoice,
  checkCount,
  checkSignal,
  OctavecError,
  type OptionChecks,
  oneOf,
  throwIfCancelled,
  unlessCancelled,
} from '../base/index.js';
import { readHostFacts } from '../host/index.js';
import type { ModelFiles } from '../model/index.js';
import { isolations } from '../threads/index.js';
import { autoEngine } from './auto/auto-engine.js';
import type { Engine } from './engine.js';
import { engineWith } from './engine-with.js';
import { tryNativeEngine } from './native/native-engine.js';
import { acceleratedEngine } from './onnxruntime/accelerated-engine.js';
import { type Device, devices } from './onnxruntime/device.js';
import {
  checkEngineOptions,
  type EngineOptions,
  loadOnnxRuntimeEngine,
  type PoolOptions,
} from './onnxruntime/load-engine.js';
import { memoryModes } from './onnxruntime/memory-plan.js';
import { pacedEngine } from './quota-pacer.js';

/**
 * What runs a model.
 *
 * - `onnxruntime`: the file as it is, in its own precision
 * - `native`: octavec's engine for encoders, which computes in INT8, whatever the file's precision
 * - `native-bf16`: the same engine in BF16, near to lossless, on processors that multiply BF16
 * - `auto`: the native engine for files whose weights have 8 bits or fewer, where it is built, knows the model and gives the
 *   same vectors; else ONNX Runtime
 */
export const engineChoices = ['onnxruntime', 'native', 'native-bf16', 'auto'] as const;
export type EngineChoice = (typeof engineChoices)[number];

export interface EngineChoiceOptions extends EngineOptions {
  /** `auto` by default. A file in full precision gives vectors of full precision. */
  readonly engine?: EngineChoice;
}

export const engineOptionChecks: OptionChecks<EngineChoiceOptions> = {
  engine: oneOf(engineChoices),
  workers: checkCount,
  threads: checkCount,
  device: oneOf(devices),
  isolation: oneOf(isolations),
  memory: oneOf(memoryModes),
  batchTokens: checkCount,
  signal: checkSignal,
};

/**
 * Loads a model into the engine of choice. Under a CPU quota, work is paced evenly over its periods.
 *
 * @throws USAGE, CANCELLED, DEVICE_UNUSABLE, ENGINE_LOAD if the native engine is asked for and cannot be used, and as the engines' own
 *   loaders
 */
export async function loadEngine(files: ModelFiles, options: EngineChoiceOptions = {}): Promise<Engine> {
  const { engine: choice = 'auto', signal, ...engineOptions } = options;
  checkChoice('engine', choice, engineChoices);
  checkEngineOptions(engineOptions);
  checkChoice('device', engineOptions.device, devices);
  if (choice === 'native' || choice === 'native-bf16') {
    refuseForeignOptions(choice, engineOptions);
  }
  throwIfCancelled(signal, 'loading the model');
  const { device = 'cpu', ...rest } = { ...engineOptions, signal };
  const loading = engineOn(files, device, choice, rest);
  return unlessCancelled(loading, signal, 'loading the model', (late) => late.close());
}

/**
 * Refuses options that the native engine does not have: its threads share one copy of the weights, and it sizes batches
 * itself.
 */
function refuseForeignOptions(choice: EngineChoice, { device, isolation, memory, batchTokens }: EngineOptions): void {
  const foreign = [
    device !== undefined && device !== 'cpu' && `device: ${device}`,
    isolation === 'process' && 'isolation: process',
    memory === 'fast' && 'memory: fast',
    batchTokens !== undefined && 'batchTokens',
  ].filter((option) => option !== false);
  if (foreign.length > 0) {
    throw new OctavecError('USAGE', {
      problem: `The engine ${choice} does not have the option ${foreign.join(', ')}`,
      hint: 'Leave it out, or take the engine onnxruntime.',
    });
  }
}

async function engineOn(
  files: ModelFiles,
  device: Device,
  choice: EngineChoice,
  options: PoolOptions,
): Promise<Engine> {
  if (device === 'cpu') {
    return chosenEngine(files, choice, options);
  }
  const found = await acceleratedEngine(files, device, options);
  if ('engine' in found) {
    return found.engine;
  }
  const engine = await chosenEngine(files, choice, options);
  return engineWith(engine, { description: { ...engine.description, deviceFallback: found.reason } });
}

async function chosenEngine(files: ModelFiles, choice: EngineChoice, engineOptions: PoolOptions): Promise<Engine> {
  if (choice === 'onnxruntime') {
    return loadOnnxRuntimeEngine(files, engineOptions);
  }
  if (choice === 'auto') {
    const engine = await autoEngine(files, engineOptions);
    return engine.description.name === 'native' ? paced(engine) : engine;
  }
  const precision = choice === 'native-bf16' ? 'bf16' : 'int8';
  const native = await tryNativeEngine(files, { ...engineOptions, precision });
  if ('reason' in native) {
    throw new OctavecError('ENGINE_LOAD', { path: files.onnxPath, why: native.reason });
  }
  return paced(native.engine);
}

async function paced(native: Engine): Promise<Engine> {
  const { cpuQuota } = await readHostFacts();
  return cpuQuota === undefined ? native : pacedEngine(native, cpuQuota.value);
}
