import { expect, test } from 'vitest';
import type { EngineDescription } from '../engine/index.js';
import { readyLine } from './ready-line.js';

const engine: EngineDescription = {
  name: 'onnxruntime',
  version: '1.30.0',
  workers: 4,
  threadsPerWorker: 2,
  threadsReason: '8 physical cores, cgroup quota 4.0',
  memory: 'fast',
};

test('says what was decided and why', () => {
  expect(readyLine({ onnxPath: 'm/onnx/model_int8.onnx' }, engine, 768)).toBe(
    'INT8 embedder ready: 2 threads × 4 workers (8 physical cores, cgroup quota 4.0), 768 dimensions, m/onnx/model_int8.onnx, ONNX Runtime 1.30.0, packed weights',
  );
  const single = { ...engine, workers: 1, threadsPerWorker: 1, memory: 'shared' } as const;
  expect(readyLine({ onnxPath: 'm/model.onnx' }, single, 768)).toMatch(
    /^FP32 embedder ready: 1 thread × 1 worker \(.*shared/,
  );
  expect(readyLine({ onnxPath: 'm/model.onnx' }, { ...engine, memoryReason: 'nowhere to write' }, 768)).toMatch(
    /, packed weights \(nowhere to write\)$/,
  );
  expect(readyLine({ onnxPath: 'm/encoder.onnx' }, single, 768)).toMatch(/^An embedder ready/);
  const fallen = { ...single, fallback: 'it gives pooled vectors only' };
  expect(readyLine({ onnxPath: 'm/model.onnx' }, fallen, 768)).toMatch(
    /; not the native engine: it gives pooled vectors only$/,
  );
  const native = { ...single, name: 'native', version: '0.1.0 amx' } as const;
  expect(readyLine({ onnxPath: 'm/model.onnx' }, native, 768)).toMatch(
    /^INT8 embedder ready: .*native engine 0\.1\.0 amx/,
  );
});
