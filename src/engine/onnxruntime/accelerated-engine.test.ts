import { describe, expect, test } from 'vitest';
import type { ModelFiles } from '../../model/index.js';
import { acceleratedEngine } from './accelerated-engine.js';
import { devices, providers } from './device.js';

const files = { onnxPath: '/nowhere/model.onnx' } as ModelFiles;

describe('a device that this build of ONNX Runtime does not have', () => {
  // None has all of them: one is for Windows, another for macOS.
  const foreign = process.platform === 'win32' ? 'coreml' : 'directml';

  test('is refused by its name, with those that there are, before the model is opened', async () => {
    await expect(acceleratedEngine(files, foreign, {})).rejects.toMatchObject({
      code: 'DEVICE_UNUSABLE',
      details: { device: foreign, why: expect.stringMatching(`^onnxruntime-node for ${process.platform}-.* has cpu`) },
    });
  });
});

test('every device but the CPU has a name in ONNX Runtime', () => {
  const named = devices.filter((device) => device !== 'cpu' && device !== 'auto');
  expect(Object.keys(providers).sort()).toEqual([...named].sort());
  expect(new Set(Object.values(providers)).size).toBe(named.length);
});
