import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import type { LoadedBinding } from './binding.js';
import { knownFitness, noteFitness } from './fitness-file.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-fitness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = { onnxPath: join(folder, 'model.onnx') } as ModelFiles;
const loaded = { binding: { isa: 'avx2' }, build: '1-1' } as LoadedBinding;
let cache: string;

beforeEach(() => {
  writeFileSync(files.onnxPath, 'model');
  cache = mkdtempSync(join(folder, 'cache-'));
  vi.stubEnv('OCTAVEC_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const notes = () =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.fitness.json'));

test.each([{ leastCosine: 0.9991 }, { reason: 'it has words of 4 bits' }, { reason: 'too far', leastCosine: 0.5 }])(
  'what was found out is known later: %j',
  async (fitness) => {
    expect(await knownFitness(loaded, files, 'key')).toBeUndefined();
    await noteFitness(loaded, files, 'key', fitness);
    expect(await knownFitness(loaded, files, 'key')).toEqual(fitness);
  },
);

test('a cosine that is no number is kept with its reason', async () => {
  await noteFitness(loaded, files, 'key', { reason: 'not finite', leastCosine: Number.NaN });
  expect(await knownFitness(loaded, files, 'key')).toMatchObject({ reason: 'not finite' });
});

test('but not of another binary, instruction set or way to run it, nor of a model that was written again', async () => {
  await noteFitness(loaded, files, 'key', { leastCosine: 1 });
  expect(await knownFitness(loaded, files, 'other key')).toBeUndefined();
  expect(await knownFitness({ ...loaded, build: '2-1' }, files, 'key')).toBeUndefined();
  expect(
    await knownFitness({ ...loaded, binding: { isa: 'amx-int8' } } as LoadedBinding, files, 'key'),
  ).toBeUndefined();
  expect(await knownFitness(loaded, files, 'key')).toEqual({ leastCosine: 1 });
  utimesSync(files.onnxPath, 1, 1);
  expect(await knownFitness(loaded, files, 'key')).toBeUndefined();
});

test.each(['', '{', 'null', '[]', '{}', '{"reason":3}', '{"leastCosine":"1"}'])(
  'a note that is damaged is none: %s',
  async (text) => {
    await noteFitness(loaded, files, 'key', { leastCosine: 1 });
    expect(notes()).toHaveLength(1);
    writeFileSync(join(cache, notes()[0]), text);
    expect(await knownFitness(loaded, files, 'key')).toBeUndefined();
  },
);
