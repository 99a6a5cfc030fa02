import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { findSubjects } from './subjects.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-subjects-'));
  const original = makeTinyFolder(join(folder, 'bert'), 'bert');
  cpSync(original, join(folder, 'bert/onnx/model_int8.onnx'));
  makeTinyFolder(join(folder, 'mpnet'), 'mpnet');
});
afterAll(() => rmSync(folder, { recursive: true }));

const names = async (...args: Parameters<typeof findSubjects>) =>
  (await findSubjects(...args)).map(({ name }) => name).sort();

test('all files of a folder, or those that are asked for', async () => {
  expect(await names([join(folder, 'bert')])).toEqual(['model', 'model_int8']);
  expect(await names([join(folder, 'bert')], { variants: ['int8'] })).toEqual(['model_int8']);
});

test('a file that is named twice is measured once, on each engine', async () => {
  const paths = [join(folder, 'bert'), join(folder, 'bert/onnx/model.onnx')];
  expect(await names(paths, { engines: ['onnxruntime', 'native'] })).toEqual([
    ...['model native', 'model onnxruntime', 'model_int8 native', 'model_int8 onnxruntime'],
  ]);
});

test('files of several models have the names of their folders', async () => {
  expect(await names([join(folder, 'bert/onnx/model.onnx'), join(folder, 'mpnet')])).toEqual([
    'bert/model',
    'mpnet/model',
  ]);
});

test('folders of the same name are told apart by those around them', async () => {
  for (const version of ['v1', 'v2']) {
    cpSync(join(folder, 'bert'), join(folder, version, 'bert'), { recursive: true });
  }
  const paths = ['v1/bert', 'v2/bert', 'mpnet'].map((path) => join(folder, path));
  expect(await names(paths, { variants: ['fp32'] })).toEqual(['mpnet/model', 'v1/bert/model', 'v2/bert/model']);
});

test('the largest come first', async () => {
  const bytes = (await findSubjects([join(folder, 'mpnet'), join(folder, 'bert')])).map((subject) => subject.bytes);
  expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
  expect(bytes.at(-1)).toBeGreaterThan(0);
});

test('what is not there is told, with what is', async () => {
  await expect(findSubjects([join(folder, 'none')])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(findSubjects([join(folder, 'bert')], { variants: ['q4'] })).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringContaining('model_int8.onnx'),
  });
});
