import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import type { Original } from '../proof/index.js';
import { runsOf } from './compared-files.js';

let folder: string;
let original: Original;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-compared-'));
  await put('onnx/model.onnx');
  original = { files: { folder, onnxPath: join(folder, 'onnx', 'model.onnx') } as ModelFiles } as Original;
});
afterEach(() => rm(folder, { recursive: true }));

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
  }
}

const shown = (runs: Awaited<ReturnType<typeof runsOf>>) =>
  runs.map(({ path, engine }) => `${path.slice(folder.length + 1)} ${engine}`);

describe('what is compared with an original', () => {
  test('are all ONNX files beside it, in the order of their names', async () => {
    await put('onnx/model_q8.onnx', 'onnx/model_int8.onnx', 'onnx/model_int8.evidence.json', 'onnx/model.onnx_data');
    expect(shown(await runsOf(original, {}))).toEqual(['onnx/model_int8.onnx auto', 'onnx/model_q8.onnx auto']);
  });

  test('in each engine; in the native one the original, too', async () => {
    await put('onnx/model_int8.onnx');
    expect(shown(await runsOf(original, { engines: ['onnxruntime', 'native'] }))).toEqual([
      'onnx/model_int8.onnx onnxruntime',
      'onnx/model.onnx native',
      'onnx/model_int8.onnx native',
    ]);
  });

  test('or those files that are named, and no others', async () => {
    await put('onnx/model_int8.onnx', 'other/model_int8.onnx');
    const variants = [join(folder, 'other', 'model_int8.onnx')];
    expect(shown(await runsOf(original, { variants, engines: ['native'] }))).toEqual(['other/model_int8.onnx native']);
  });

  test('is an error where there is nothing', async () => {
    await expect(runsOf(original, {})).rejects.toMatchObject({ code: 'USAGE' });
    await expect(runsOf(original, { variants: [] })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('has names that differ, also for files of one name', async () => {
    const variants = ['a/model_int8.onnx', 'b/model_int8.onnx', 'c.onnx'].map((name) => join(folder, name));
    const names = (await runsOf(original, { variants })).map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toContain('a/model_int8');
    expect(names[1]).toContain('b/model_int8');
  });
});

test('of a static model, its own table in ONNX is not a variant', async () => {
  await put('onnx/model_int8.onnx', 'model.safetensors');
  const files = { folder, onnxPath: join(folder, 'model.safetensors'), staticReading: 'model2vec' } as ModelFiles;
  expect(shown(await runsOf({ files } as Original, {}))).toEqual(['onnx/model_int8.onnx auto']);
});

describe('names of what is compared', () => {
  const namesOf = async (options: Parameters<typeof runsOf>[1]) =>
    (await runsOf(original, options)).map(({ name }) => name);

  test('are short, and those of files of one name tell them apart', async () => {
    await put('onnx/model_int8.onnx', 'other/onnx/model_int8.onnx', 'lone.onnx');
    const variants = ['onnx/model_int8.onnx', 'other/onnx/model_int8.onnx', 'lone.onnx'].map((name) =>
      join(folder, name),
    );
    const names = await namesOf({ variants });
    expect(new Set(names).size).toBe(3);
    expect(names[2]).toBe('lone.onnx');
    expect(names[1]).toContain('other');
    expect(await namesOf({ variants: variants.slice(0, 1) })).toEqual([join('onnx', 'model_int8.onnx')]);
  });

  test('are the same in every engine, and a file that is named twice has one', async () => {
    await put('onnx/model_int8.onnx');
    const path = join(folder, 'onnx', 'model_int8.onnx');
    expect(new Set(await namesOf({ variants: [path, path], engines: ['native', 'onnxruntime'] })).size).toBe(1);
  });

  test('of the original in the native engines come with all files, not with those that were named', async () => {
    await put('onnx/model_int8.onnx');
    const variants = [join(folder, 'onnx', 'model_int8.onnx')];
    expect(shown(await runsOf(original, { engines: ['native-bf16'] }))[0]).toBe('onnx/model.onnx native-bf16');
    expect(shown(await runsOf(original, { engines: ['native-bf16'], variants }))).toEqual([
      'onnx/model_int8.onnx native-bf16',
    ]);
  });

  test('there is something to run where only the original is, in the native engine', async () => {
    expect(shown(await runsOf(original, { engines: ['native'] }))).toEqual(['onnx/model.onnx native']);
  });
});
