import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openModelFolder } from './model-folder.js';

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-formats-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const header = Buffer.from('\x02\0\0\0\0\0\0\0{}', 'latin1');

test.each([
  ['pytorch_model.bin', 'PK', /PyTorch.*convert/],
  ['model.pt', '', /PyTorch/],
  ['model.safetensors', header, /safetensors.*convert/],
  ['weights.onnx', header, /safetensors/],
  ['model-Q4_K_M.gguf', 'GGUF\x03', /GGUF.*octavec pull/],
  ['renamed.onnx', 'GGUF\x03', /GGUF/],
  ['tf_model.h5', 'x', /TensorFlow/],
  ['model.tflite', 'x', /another run time/],
  ['model.zip', 'PK', /Unpack/],
  ['config.json', '{}', /Give the folder/],
])('%s is called what it is', async (name, content, message) => {
  await expect(openModelFolder(join(folderOf({ [name]: content }), name))).rejects.toMatchObject({
    code: 'OTHER_FORMAT',
    message: expect.stringMatching(message),
  });
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['empty', {}, /is empty.*octavec pull/],
  ['of sentence-transformers', { 'modules.json': '[]', 'model.safetensors': 'x' }, /safetensors.*octavec convert/],
  ['of PyTorch', { 'config.json': '{}', 'pytorch_model.bin': 'x' }, /pytorch_model\.bin: a checkpoint/],
  ['of GGUF files', { 'm.gguf': 'x' }, /GGUF/],
  ['without weights', { 'config.json': '{}' }, /no weights/],
  ['of something else', { 'notes.md': 'x' }, /Give a model folder/],
])('a folder that is %s says what to do', async (_, files, message) => {
  await expect(openModelFolder(folderOf(files))).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringMatching(message),
  });
});

test('a file with the content of an ONNX model may have any name', async () => {
  const path = join(folderOf({ 'model.bin': Uint8Array.of(0x08, 0x07) }), 'model.bin');
  await expect(openModelFolder(path)).rejects.toMatchObject({ code: expect.not.stringMatching('OTHER_FORMAT') });
});
