import { counted, printable } from '../base/index.js';
import type { EngineDescription } from '../engine/index.js';
import { type ModelFiles, variantOfPath } from '../model/index.js';
import { waysOfRunning } from './model-notes.js';

/** Says in one line what was decided when a model was loaded, and why. */
export function readyLine(
  files: Pick<ModelFiles, 'onnxPath' | 'headSource'> & Partial<Pick<ModelFiles, 'head'>>,
  engine: EngineDescription,
  width: number | 'scores',
): string {
  const stored = variantOfPath(files.onnxPath);
  const computed = { native: 'int8', 'native-bf16': 'bf16', onnxruntime: stored, static: 'static' };
  const variant = computed[engine.name];
  const precision = variant === undefined ? 'An' : variant.replaceAll('_', ' ').toUpperCase();
  const { workers, threadsPerWorker: threads, threadsReason, memory, memoryReason, name, version, fallback } = engine;
  const { device, deviceFallback } = engine;
  const counts = `${counted(threads, 'thread')} × ${counted(workers, 'worker')}`;
  const runtime = `${runtimes[name]} ${version}${device === undefined ? '' : ` on ${device}`}`;
  const weights = `${memory === 'shared' ? 'shared' : 'packed'} weights${memoryReason ? ` (${memoryReason})` : ''}`;
  const because = fallback === undefined ? [] : [`not the native engine: ${printable(fallback)}`];
  const onCpu =
    deviceFallback === undefined ? [] : [`on the CPU, for no other device runs it: ${printable(deviceFallback)}`];
  const facts = waysOfRunning(files, engine).map(printable);
  const [what, gives] = width === 'scores' ? ['reranker', ''] : ['embedder', `, ${width} dimensions`];
  return `${precision} ${what} ready: ${counts} (${threadsReason})${gives}, ${printable(files.onnxPath)}, ${runtime}, ${weights}${[...onCpu, ...because, ...facts].map((part) => `; ${part}`).join('')}`;
}

const runtimes: Readonly<Record<EngineDescription['name'], string>> = {
  onnxruntime: 'ONNX Runtime',
  native: 'native engine',
  'native-bf16': 'native engine',
  static: 'static engine',
};
