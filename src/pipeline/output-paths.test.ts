import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import { checkNotSource, outputPath, outputPaths, realPathOf } from './output-paths.js';

describe('where a variant is written', () => {
  test.each([
    ['/m', 'int8', undefined, undefined, '/m/onnx/model_int8.onnx'],
    ['/m', 'int8', '/out', undefined, '/out/onnx/model_int8.onnx'],
    ['/m', 'int8', '/out/x.onnx', undefined, '/out/x.onnx'],
    ['/m', 'int8', undefined, 'NAME.onnx', '/m/onnx/NAME.onnx'],
    ['/d/bert.onnx', 'int8', undefined, undefined, '/d/bert-INT8.onnx'],
    ['/d/bert.onnx', 'fp16', '/out', undefined, '/out/bert-FP16.onnx'],
    ['/d/bert.onnx', 'fp16', '/out', 'x.onnx', '/out/x.onnx'],
    ['/d/bert.onnx', 'int8', '/out/x.onnx', undefined, '/out/x.onnx'],
  ])('of %s as %s, into %s, named %s: %s', (source, variant, output, name, path) => {
    expect(outputPath(source, variant, output, name)).toBe(path);
  });

  test('is always the whole path', () => {
    expect(outputPath('m', 'int8', undefined)).toBe(resolve('m/onnx/model_int8.onnx'));
    expect(outputPath('m', 'int8', './x.onnx')).toBe(resolve('x.onnx'));
  });
});

describe('what may be written', () => {
  let folder: string;
  let files: ModelFiles;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'octavec-outputs-'));
    files = { onnxPath: join(folder, 'model.onnx') } as ModelFiles;
    await writeFile(files.onnxPath, 'x');
    await symlink(files.onnxPath, join(folder, 'link.onnx'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(['model.onnx', './sub/../model.onnx', 'link.onnx'])('is not the source itself, as %s', async (name) => {
    const path = `${folder}/${name}`;
    await expect(checkNotSource(path, files)).rejects.toMatchObject({ code: 'OUTPUT_IS_SOURCE', details: { path } });
  });

  test('is any other file, whether it is there or not', async () => {
    await expect(checkNotSource(join(folder, 'other.onnx'), files)).resolves.toBeUndefined();
    expect(await realPathOf(join(folder, 'none', 'x'))).toBe(join(folder, 'none', 'x'));
  });

  test('is a file for each of several variants', async () => {
    const source = { path: folder, files };
    await expect(outputPaths(source, ['int8', 'fp16'], 'x.onnx')).rejects.toMatchObject({ code: 'USAGE' });
    expect(await outputPaths(source, ['int8', 'fp16'], undefined, (variant) => `m.${variant}.onnx`)).toEqual([
      join(folder, 'onnx', 'm.int8.onnx'),
      join(folder, 'onnx', 'm.fp16.onnx'),
    ]);
  });
});
