import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadEngine, nativeEngineState } from '#rooms/engine';
import { type ModelFiles, openModelFolder } from '#rooms/model';
import { embeddedModel } from './support/golden-texts.js';
import { tokenBatch } from './support/tiny-models.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-packed-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const batch = tokenBatch([
  [101, 1037, 4937, 7719, 2006, 1996, 13523, 1012, 102],
  [101, 2054, 2003, 1996, 3007, 1997, 2605, 1029, 102],
]);

describe.skipIf('reason' in nativeEngineState())('packed models of the native engine', () => {
  let files: ModelFiles;
  let cache: string;
  /** From a model that is built in memory, since nothing can be written. */
  let expected: Float32Array;

  async function embed(): Promise<Float32Array> {
    await using engine = await loadEngine(files, { engine: 'native', workers: 1, threads: 1 });
    return engine.embed(batch);
  }

  const packed = () =>
    readdirSync(cache, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.packed'))
      .map((name) => join(cache, name));

  beforeAll(async () => {
    const embedded = await openModelFolder(embeddedModel);
    // A copy, so that it can be changed.
    files = { ...embedded, onnxPath: join(root, 'model.onnx') };
    copyFileSync(embedded.onnxPath, files.onnxPath);
    vi.stubEnv('OCTAVEC_CACHE', '/dev/null/no');
    vi.stubEnv('TMPDIR', '/dev/null/no');
    expected = await embed();
    vi.unstubAllEnvs();
  });
  beforeEach(() => {
    cache = mkdtempSync(join(root, 'cache-'));
    vi.stubEnv('OCTAVEC_CACHE', cache);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('are made once, and give the same bits', async () => {
    expect(await embed()).toEqual(expected);
    const [path, ...others] = packed();
    expect(others).toEqual([]);
    const { mtimeMs, size } = statSync(path);
    expect(size).toBeGreaterThan(20e6);
    expect(await embed()).toEqual(expected);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
  });

  test('that are damaged are made again', async () => {
    await embed();
    const [path] = packed();
    const whole = readFileSync(path);
    const flipped = Buffer.from(whole);
    flipped[60] ^= 1;
    for (const damaged of [whole.subarray(0, 1e6), whole.subarray(0, 7), flipped, Buffer.alloc(whole.length)]) {
      writeFileSync(path, damaged);
      expect(await embed()).toEqual(expected);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
  });

  test('are made anew when the model was written again', async () => {
    await embed();
    utimesSync(files.onnxPath, 1e9, 1e9);
    expect(await embed()).toEqual(expected);
    expect(packed()).toHaveLength(2);
  });

  test('what is wrong with a model is told as elsewhere', async () => {
    const onnxPath = join(root, 'broken.onnx');
    writeFileSync(onnxPath, Buffer.alloc(9e6, 7));
    await expect(loadEngine({ ...files, onnxPath }, { engine: 'native' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(NOT_ONNX|ONNX_CORRUPT)$/),
    });
    expect(packed()).toEqual([]);
  });
});
