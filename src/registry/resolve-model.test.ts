import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { folderWith, lastingName, type ResolvedModel, resolveModel } from './resolve-model.js';
import { variantsFolder } from './variants-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-resolve-'));
const put = (path: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
};
beforeAll(() => {
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
  vi.stubEnv('OCTAVEC_CACHE', join(folder, 'cache'));
  put(join(folder, 'models/first/onnx/model.onnx'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('a model is found', () => {
  test('by its path', async () => {
    const path = join(folder, 'models/first');
    expect(await resolveModel(path)).toEqual({ name: path, source: 'path', original: path, notes: [] });
  });

  test('by its name in a folder of models', async () => {
    const folders = [join(folder, 'none'), join(folder, 'models')];
    expect(await resolveModel('first', { folders })).toMatchObject({ original: join(folder, 'models/first') });
  });

  test('by an alias, which counts more than what is there', async () => {
    const path = join(folder, 'models/first');
    expect(await resolveModel('minilm', { aliases: { minilm: path } })).toMatchObject({
      source: 'path',
      original: path,
    });
  });

  test('embedded, with variants in the cache of octavec', async () => {
    const { source, name, variants } = await resolveModel('minilm');
    expect({ source, name }).toEqual({ source: 'embedded', name: 'minilm' });
    expect(variants?.startsWith(join(folder, 'cache'))).toBe(true);
  });
});

describe('a name is refused', () => {
  test('with the alias that led to it', async () => {
    await expect(resolveModel('house', { aliases: { house: 'no-such-thing' } })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('"house" is an alias for "no-such-thing"'),
    });
  });

  test('of an object that is no alias', async () => {
    await expect(resolveModel('constructor', { aliases: {} })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('without the network where it is not here', async () => {
    await expect(resolveModel('toys/none', { offline: true })).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
  });
});

describe('in folders of models', () => {
  const folders = [join(folder, 'models')];

  test.each(['', '.hidden', './first', '../models/first', 'no', '~/first'])('nothing is called "%s"', async (name) => {
    await expect(resolveModel(name, { folders })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('the first folder that has the name counts', async () => {
    put(join(folder, 'others/first/onnx/model.onnx'));
    const found = await resolveModel('first', { folders: [join(folder, 'others'), ...folders] });
    expect(found).toMatchObject({ source: 'path', original: join(folder, 'others/first') });
  });
});

test('an alias of an alias is not followed', async () => {
  const aliases = { a: 'b', b: join(folder, 'models/first') };
  await expect(resolveModel('a', { aliases })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

describe('the folder of a variant', () => {
  const variants = join(folder, 'made');
  const model: ResolvedModel = { name: 'a/b', source: 'hub', original: '/original', variants, notes: [] };

  test('is where octavec made it, if it did, else that of the original', () => {
    expect(folderWith(model, 'int8')).toBe('/original');
    put(join(variants, 'onnx/model_int8.onnx'));
    expect(folderWith(model, 'int8')).toBe(variants);
    expect(folderWith(model, 'fp16')).toBe('/original');
    expect(folderWith(model, undefined)).toBe('/original');
    expect(folderWith({ ...model, variants: undefined }, 'int8')).toBe('/original');
  });

  test('is one for each commit, and never in the shared cache', () => {
    const [first, second] = ['1', '2'].map((digit) => variantsFolder('owner/name', digit.repeat(40)));
    expect(first).not.toBe(second);
    expect(first.startsWith(join(folder, 'cache'))).toBe(true);
  });
});

describe('the name that lasts', () => {
  const model = { name: 'x', original: 'models/first', notes: [] };

  test('of a path is absolute, of a converted model that of its weights', () => {
    expect(lastingName({ ...model, source: 'path' })).toBe(resolve('models/first'));
    expect(lastingName({ ...model, source: 'path', variants: 'weights' })).toBe(resolve('weights'));
  });

  test('of the embedded model is its package, of the hub its name', () => {
    expect(lastingName({ ...model, source: 'embedded' })).toBe('@octavec/all-minilm-l6-v2');
    expect(lastingName({ ...model, source: 'hub' })).toBe('x');
  });
});
