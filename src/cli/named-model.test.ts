import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { namedModel, storedModel, variantFiles } from './named-model.js';

let folder: string;
let model: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-named-'));
  model = join(folder, 'tiny');
  makeTinyFolder(model, 'bert');
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  vi.stubEnv('OCTAVEC_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('a path', () => {
  test.each([[''], ['/'], ['/onnx/model.onnx'], ['/config.json']])(
    'with "%s" behind it is what it is',
    async (rest) => {
      const path = `${model}${rest}`;
      expect(await namedModel(path)).toEqual({ name: path, source: 'path', original: path, notes: [] });
    },
  );

  test('needs no configuration, not even one that is wrong', async () => {
    const config = join(folder, 'wrong.toml');
    writeFileSync(config, 'nonsense = ');
    expect((await storedModel(model, { config })).original).toBe(model);
    await expect(storedModel('a/b', { config })).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  });

  test('that is not there is told as such, and nothing is asked', async () => {
    for (const path of [join(folder, 'none'), './none', join(folder, 'none.onnx')]) {
      await expect(namedModel(path)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    }
  });
});

test('a name of the hub that is not here is told where nothing may be fetched', async () => {
  await expect(namedModel('owner/none-such', { offline: true })).rejects.toMatchObject({
    code: 'HUB_OFFLINE',
    message: expect.stringContaining('owner/none-such'),
  });
});

describe('files of a model besides the original', () => {
  const add = (path: string) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'onnx');
  };
  const of = (variants?: string) => variantFiles({ name: model, source: 'path', original: model, notes: [], variants });

  test('are not known where no folder is named for them, or there is none', async () => {
    expect(await of()).toBeUndefined();
    expect(await of(join(folder, 'none'))).toBeUndefined();
  });

  test('are those beside it, then those that were made of it', async () => {
    add(join(model, 'onnx/model_fp16.onnx'));
    const variants = join(folder, 'variants');
    add(join(variants, 'onnx/model_int8.onnx'));
    expect(await of(variants)).toEqual([join(model, 'onnx/model_fp16.onnx'), join(variants, 'onnx/model_int8.onnx')]);
  });
});
