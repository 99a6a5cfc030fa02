import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyModel } from '../../test/support/tiny-models.js';
import { readModel } from '../onnx/index.js';
import { stageModel } from './staged-model.js';

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-staged-'));
  target = join(folder, 'onnx', 'model_int8.onnx');
});
afterEach(() => rm(folder, { recursive: true }));

const tiny = () => readModel(tinyModel('bert').onnxPath);

test('a model can be read under another name before it has its own', async () => {
  const staged = await stageModel(await tiny(), target);
  expect(basename(staged.path)).toBe('model_int8.onnx');
  expect(dirname(staged.path)).not.toBe(dirname(target));
  expect((await readdir(dirname(target))).every((name) => name.startsWith('.octavec-'))).toBe(true);
  expect((await readModel(staged.path)).proto.graph.node.length).toBe((await tiny()).proto.graph.node.length);
  await staged.publish();
  await staged.discard();
  expect(await readdir(dirname(target))).toEqual(['model_int8.onnx']);
});

test('what is published takes the place of an older file, with what belongs to it', async () => {
  const staged = await stageModel(await tiny(), target);
  await writeFile(target, 'old');
  const evidence = join(dirname(staged.path), 'model_int8.evidence.json');
  await writeFile(evidence, '{}');
  await staged.publish([evidence]);
  await staged.discard();
  expect((await readdir(dirname(target))).sort()).toEqual(['model_int8.evidence.json', 'model_int8.onnx']);
  expect((await readFile(target)).length).toBeGreaterThan(100);
});

test('what is not published leaves nothing', async () => {
  const staged = await stageModel(await tiny(), target);
  await staged.discard();
  expect(await readdir(folder)).toEqual([]);
});

test('a place that cannot be written is told', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(stageModel(await tiny(), join(folder, 'file', 'x.onnx'))).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
  });
});
