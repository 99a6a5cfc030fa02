import { OctavecError } from '../../base/index.js';
import type { ModelFiles } from '../../model/index.js';
import type { Engine } from '../engine.js';
import { type Accelerator, type Device, providers } from './device.js';
import { loadOnnxRuntimeEngine, type PoolOptions } from './load-engine.js';

const build = `onnxruntime-node for ${process.platform}-${process.arch}`;

/** By their speed, as far as one can say. */
const accelerators: readonly Accelerator[] = ['cuda', 'coreml', 'directml', 'webgpu'];

/**
 * Loads a model on a device besides the CPU.
 *
 * @returns the engine; for `auto`, in one line why no device runs the model
 * @throws DEVICE_UNUSABLE if a named device cannot be used, and as `loadOnnxRuntimeEngine`
 */
export async function acceleratedEngine(
  files: ModelFiles,
  device: Exclude<Device, 'cpu'>,
  options: PoolOptions,
): Promise<{ readonly engine: Engine } | { readonly reason: string }> {
  const offered = await offeredAccelerators();
  if (device !== 'auto') {
    if (!offered.includes(device)) {
      const others = ['cpu', ...offered].join(', ');
      throw new OctavecError('DEVICE_UNUSABLE', { device, why: `${build} has ${others}` });
    }
    const engine = await loadOnnxRuntimeEngine(files, { ...options, device }).catch((error: unknown) => {
      throw new OctavecError('DEVICE_UNUSABLE', { device, why: whyUnusable(error) }, error);
    });
    return { engine };
  }
  const reasons: string[] = [];
  for (const each of offered) {
    try {
      return { engine: await loadOnnxRuntimeEngine(files, { ...options, device: each }) };
    } catch (error) {
      reasons.push(`${each}: ${whyUnusable(error)}`);
    }
  }
  return { reason: reasons.join('; ') || `${build} has none` };
}

/** Lists the accelerators that the installed ONNX Runtime has, or can load where their libraries are installed. */
async function offeredAccelerators(): Promise<readonly Accelerator[]> {
  // In this thread it is needed for this only.
  const { listSupportedBackends } = await import('onnxruntime-node');
  const names = listSupportedBackends().map(({ name }) => name);
  return accelerators.filter((device) => names.includes(providers[device]));
}

/**
 * Says why a device cannot be used, from ONNX Runtime's error.
 *
 * @throws what has nothing to do with the device
 */
function whyUnusable(error: unknown): string {
  const { code, details } = error as OctavecError;
  if (code === 'ENGINE_LOAD' || code === 'ENGINE_RUN' || code === 'ENGINE_DIED') {
    return (details as { readonly why: string }).why;
  }
  throw error;
}
