import { Embedder } from 'octavec';
import { beforeAll, describe, expect, test } from 'vitest';
import { devices, loadEngine } from '#rooms/engine';
import { tinyModel } from './support/tiny-models.js';

const { padTokenId, head, onnxPath, batch } = tinyModel('bert');
const files = { onnxPath, padTokenId, head, tokenizerPath: '', maxTokens: 128, lowerCase: false, prompts: {} };
const options = { workers: 1, threads: 1 } as const;

/** Whether this machine runs the model on a device, or in one line why not. */
const outcomes = new Map<string, string>();

beforeAll(async () => {
  for (const device of devices.filter((name) => name !== 'cpu' && name !== 'auto')) {
    const loading = loadEngine(files, { ...options, device });
    outcomes.set(
      device,
      await loading.then(
        async (engine) => {
          await engine.close();
          return `runs on ${engine.description.device}`;
        },
        (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
      ),
    );
  }
});

describe('a device', () => {
  test.each(['cuda', 'webgpu', 'coreml', 'directml'])('%s runs the model, or says why not', (device) => {
    expect(outcomes.get(device)).toMatch(
      new RegExp(`^runs on ${device}$|^DEVICE_UNUSABLE: The device ${device} cannot be used: \\S`),
    );
  });

  test('that this build does not have is named, with those that it has', () => {
    const foreign = process.platform === 'darwin' ? 'directml' : 'coreml';
    expect(outcomes.get(foreign)).toMatch(/onnxruntime-node for [\w-]+ has cpu/);
  });

  test('is looked for by auto, which says why it is the CPU', async () => {
    await using engine = await loadEngine(files, { ...options, device: 'auto' });
    const { device, deviceFallback } = engine.description;
    if (device === undefined) {
      expect(deviceFallback).toMatch(/\w{4}/);
    } else {
      expect(outcomes.get(device)).toBe(`runs on ${device}`);
    }
    expect(await engine.embed(batch)).toHaveLength(4 * engine.width);
  });

  test('is told in the ready line', async () => {
    let line = '';
    await using embedder = await Embedder.load('models/all-MiniLM-L6-v2', {
      ...{ ...options, device: 'auto' },
      onReady: (said) => {
        line = said;
      },
    });
    const { device } = embedder.engine;
    expect(line).toContain(device === undefined ? 'on the CPU, for no other device runs it: ' : ` on ${device},`);
  });

  test('none is named where none was looked for', async () => {
    await using engine = await loadEngine(files, { ...options, engine: 'onnxruntime' });
    expect(engine.description).not.toHaveProperty('device');
    expect(engine.description).not.toHaveProperty('deviceFallback');
  });

  test('does not go with the native engine, nor under another name', async () => {
    await expect(loadEngine(files, { engine: 'native', device: 'webgpu' })).rejects.toMatchObject({
      ...{ code: 'USAGE', message: expect.stringContaining('device: webgpu') },
    });
    await expect(loadEngine(files, { device: 'gpu' as 'cuda' })).rejects.toMatchObject({
      ...{ code: 'USAGE', message: expect.stringContaining('gpu') },
    });
  });
});
