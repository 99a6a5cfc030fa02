import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import { stageConfiguration } from './configuration.js';

let root: string;
let source: string;
let output: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'octavec-configuration-'));
  source = join(root, 'model');
  output = join(root, 'new', 'out');
  await put('config.json', '{}');
});
afterEach(() => rm(root, { recursive: true }));

async function put(name: string, content = ''): Promise<void> {
  const path = join(source, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

const from = (path = source) => ({ path, files: { folder: source } as ModelFiles });
const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('what makes a folder a model', () => {
  test('goes along: configuration, tokenizer, modules; weights and hidden files do not', async () => {
    for (const name of [
      'tokenizer.json',
      'README.md',
      '1_Pooling/config.json',
      '2_Dense/model.safetensors',
      'vocab.txt',
    ]) {
      await put(name, name);
    }
    for (const name of [
      'onnx/model.onnx',
      'model.safetensors',
      'pytorch_model.bin',
      '.git/HEAD',
      '.cache',
      'package.json',
      'model.onnx_data',
      'x.h5',
    ]) {
      await put(name);
    }
    const staged = await stageConfiguration(from(), output);
    await staged?.publish();
    await staged?.discard();
    expect(await filesIn(output)).toEqual([
      '1_Pooling/config.json',
      '2_Dense/model.safetensors',
      'README.md',
      'config.json',
      'tokenizer.json',
      'vocab.txt',
    ]);
  });

  test('comes as contents, whatever links the source has', async () => {
    await writeFile(join(root, 'blob'), 'bytes');
    await symlink(join(root, 'blob'), join(source, 'tokenizer.json'));
    const staged = await stageConfiguration(from(), output);
    await staged?.publish();
    await rm(join(root, 'blob'));
    expect(await readFile(join(output, 'tokenizer.json'), 'utf8')).toBe('bytes');
  });

  test('does not bring folders that are links, such as one of ONNX files, nor runs in a circle with them', async () => {
    await mkdir(join(root, 'blobs', 'onnx'), { recursive: true });
    await writeFile(join(root, 'blobs', 'onnx', 'model.onnx'), 'weights');
    await symlink(join(root, 'blobs', 'onnx'), join(source, 'onnx'));
    await symlink('.', join(source, 'self'));
    const staged = await stageConfiguration(from(), output);
    await staged?.publish();
    expect(await filesIn(output)).toEqual(['config.json']);
  });

  test('brings modules that are links to folders', async () => {
    await mkdir(join(root, 'blobs'));
    await writeFile(join(root, 'blobs', 'config.json'), '{"pooling_mode_mean_tokens":true}');
    await symlink(join(root, 'blobs'), join(source, '1_Pooling'));
    const staged = await stageConfiguration(from(), output);
    await staged?.publish();
    expect(await filesIn(output)).toEqual(['1_Pooling/config.json', 'config.json']);
  });

  test('leaves links that lead nowhere out, as a partly fetched model of the hub has them', async () => {
    await symlink(join(root, 'blobs', 'missing'), join(source, 'README.md'));
    const staged = await stageConfiguration(from(), output);
    await staged?.publish();
    expect(await filesIn(output)).toEqual(['config.json']);
  });

  test('is not seen before it is published, and leaves nothing where it is discarded', async () => {
    const staged = await stageConfiguration(from(), output);
    expect((await readdir(output)).every((name) => name.startsWith('.octavec-'))).toBe(true);
    await staged?.discard();
    expect(await readdir(root)).toEqual(['model']);
  });

  test('takes the place of what an earlier run has left', async () => {
    await mkdir(output, { recursive: true });
    await writeFile(join(output, 'config.json'), 'old');
    await writeFile(join(output, 'own.txt'), 'mine');
    const staged = await stageConfiguration(from(), output);
    await staged?.publish();
    await staged?.discard();
    expect(await readFile(join(output, 'config.json'), 'utf8')).toBe('{}');
    expect(await filesIn(output)).toEqual(['config.json', 'own.txt']);
  });
});

describe('nothing is copied', () => {
  test('without an output, into one file, or from one', async () => {
    expect(await stageConfiguration(from(), undefined)).toBeUndefined();
    expect(await stageConfiguration(from(), join(root, 'x.onnx'))).toBeUndefined();
    expect(await stageConfiguration(from(join(source, 'model.onnx')), output)).toBeUndefined();
    expect(await stageConfiguration({ path: source, files: {} as ModelFiles }, output)).toBeUndefined();
  });

  test('into the folder that it comes from, whatever it is called', async () => {
    await symlink(source, join(root, 'alias'));
    expect(await stageConfiguration(from(), join(root, 'alias'))).toBeUndefined();
    expect(await stageConfiguration(from(), `${source}/.`)).toBeUndefined();
  });

  test('into a place that cannot be written, which is an error', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(stageConfiguration(from(), join(root, 'file', 'out'))).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
  });
});
