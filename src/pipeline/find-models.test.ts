import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameTemplate } from '../model/index.js';
import { findModels } from './find-models.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-find-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
}

async function found(options: Parameters<typeof findModels>[1] = {}) {
  const { models, variants } = await findModels(root, options);
  return { models: models.map(({ name, isFolder }) => `${name}${isFolder ? '/' : ''}`), variants };
}

test('a model folder is one model, its variants are none, files of other names stand for themselves', async () => {
  put('a/config.json', 'a/onnx/model.onnx', 'a/onnx/model_int8.onnx', 'a/onnx/model_O2.onnx', 'a/extra.onnx');
  expect(await found()).toEqual({
    models: ['a/', 'a/extra.onnx'],
    variants: ['a/onnx/model_O2.onnx', 'a/onnx/model_int8.onnx'],
  });
});

test('FP16 is the original where there is no FP32, and a variant where there is', async () => {
  put('half/tokenizer.json', 'half/onnx/model_fp16.onnx', 'half/onnx/model_q4.onnx');
  put('both/tokenizer.json', 'both/model.onnx', 'both/model_fp16.onnx');
  expect(await found()).toEqual({
    models: ['both/', 'half/'],
    variants: ['both/model_fp16.onnx', 'half/onnx/model_q4.onnx'],
  });
});

test('a folder of variants only has no model', async () => {
  put('a/config.json', 'a/onnx/model_quantized.onnx');
  expect(await found()).toEqual({ models: [], variants: ['a/onnx/model_quantized.onnx'] });
});

test('weights are a model where no file of another tool is, and parts of a model are none', async () => {
  put('a/config.json', 'a/model.safetensors', 'a/2_Dense/config.json', 'a/2_Dense/model.safetensors');
  writeFileSync(join(root, 'a/modules.json'), '[]');
  put('made/config.json', 'made/pytorch_model.bin', 'made/onnx/model_int8.onnx', 'made/onnx/model_int8.evidence.json');
  put('other/config.json', 'other/model.safetensors', 'other/onnx/model_quantized.onnx');
  put('none/config.json', 'none/optimizer.bin');
  expect(await found()).toEqual({
    models: ['a/', 'made/'],
    variants: ['made/onnx/model_int8.onnx', 'other/onnx/model_quantized.onnx'],
  });
});

test('lone files, with variants told by their names', async () => {
  put('x/gte.onnx', 'x/gte-INT8.onnx', 'x/gte-FP16.onnx', 'deep/er/model.onnx', 'deep/er/model_int8.onnx');
  expect(await found()).toEqual({
    models: ['deep/er/model.onnx', 'x/gte.onnx'],
    variants: ['deep/er/model_int8.onnx', 'x/gte-FP16.onnx', 'x/gte-INT8.onnx'],
  });
});

test('the folder itself can be the model', async () => {
  put('config.json', 'onnx/model.onnx');
  expect(await found()).toEqual({ models: ['./'], variants: [] });
});

test('hidden folders, node_modules and the output are left out; the output may be the folder itself', async () => {
  put('.octavec-x/a.onnx', 'node_modules/m/a.onnx', 'out/b.onnx', 'c.onnx');
  expect((await found({ except: join(root, 'out') })).models).toEqual(['c.onnx']);
  expect((await found({ except: root })).models).toEqual(['c.onnx', 'out/b.onnx']);
});

test("the hub's cache: links to blobs are models, also where the blob is missing", async () => {
  put('models--o--n/blobs/0123', 'models--o--n/snapshots/abc/config.json');
  const snapshot = join(root, 'models--o--n/snapshots/abc');
  mkdirSync(join(snapshot, 'onnx'));
  symlinkSync('../../../blobs/0123', join(snapshot, 'onnx/model.onnx'));
  symlinkSync('../../../blobs/none', join(snapshot, 'onnx/other.onnx'));
  expect((await found()).models).toEqual(['models--o--n/snapshots/abc/', 'models--o--n/snapshots/abc/onnx/other.onnx']);
});

test('a linked folder is visited once, and a link in a circle ends', async () => {
  put('a/gte.onnx');
  symlinkSync('a', join(root, 'b'));
  symlinkSync('..', join(root, 'a/up'));
  const { models } = await found();
  expect(models).toHaveLength(1);
});

test('a folder that is not there; a signal', async () => {
  await expect(findModels(join(root, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(findModels(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
});

test.skipIf(process.getuid?.() === 0)('a folder that may not be read is named, and the others are found', async () => {
  put('open/a.onnx', 'closed/b.onnx');
  chmodSync(join(root, 'closed'), 0);
  const { models, unreadable } = await findModels(root);
  expect(models.map(({ name }) => name)).toEqual(['open/a.onnx']);
  expect(unreadable).toEqual([{ path: join(root, 'closed'), why: expect.stringMatching(/permission/i) }]);
  chmodSync(join(root, 'closed'), 0o755);
});

test('files that a template names are variants, too', async () => {
  put('a/config.json', 'a/onnx/model.onnx', 'a/onnx/fp16.of.gte.onnx', 'a/onnx/AVA-384-gte-q4.onnx');
  const template = nameTemplate('{precision}.of.{family}.onnx');
  expect(await found({ template })).toEqual({
    models: ['a/'],
    variants: ['a/onnx/AVA-384-gte-q4.onnx', 'a/onnx/fp16.of.gte.onnx'],
  });
});

test('a name decides between files and folders, in the order of code units', async () => {
  put('b.onnx', 'B.onnx', 'a/tokenizer.json', 'a/model.onnx', 'é.onnx', '10.onnx', '9.onnx');
  expect((await found()).models).toEqual(['10.onnx', '9.onnx', 'B.onnx', 'a/', 'b.onnx', 'é.onnx']);
});

test('a configuration without a model beside it is none', async () => {
  put('a/config.json', 'a/tokenizer.json', 'c/onnx/readme.txt', 'c/config.json');
  expect(await found()).toEqual({ models: [], variants: [] });
});

test('endings are those of files: folders are not models by their names', async () => {
  mkdirSync(join(root, 'folder.onnx'));
  put('folder.onnx/inside.onnx', 'x.onnx.bak', 'y.ONNX');
  expect((await found()).models).toEqual(['folder.onnx/inside.onnx']);
});

test('the folder may be given relative to where one is, and with a slash behind it', async () => {
  put('a/config.json', 'a/model.onnx');
  const { models } = await findModels(`${root}/`);
  expect(models).toEqual([{ path: join(root, 'a'), name: 'a', isFolder: true }]);
});

test('a linked onnx folder is that of its model', async () => {
  put('blobs/x/model.onnx', 'm/config.json');
  symlinkSync(join(root, 'blobs/x'), join(root, 'm/onnx'));
  expect((await found({ except: join(root, 'blobs') })).models).toEqual(['m/']);
});
