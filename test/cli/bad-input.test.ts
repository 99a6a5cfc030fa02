import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { modelWith } from '../support/protobuf.js';
import { errorOf, filesIn, octavec, temporaryFolder } from './octavec.js';

const weights = join(embeddedModel, 'onnx/model_fp16.onnx');

/** The embedded model's folder with another ONNX file: tokenizer and configuration are right. */
function folderWith(onnx: Uint8Array | string): string {
  const folder = temporaryFolder();
  cpSync(embeddedModel, folder, { recursive: true, filter: (path) => !path.endsWith('.onnx') });
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx/model.onnx'), onnx);
  return folder;
}

/** Quantizes and expects an error; the output folder is not even made. */
async function refusal(model: string, ...options: readonly string[]) {
  const output = join(temporaryFolder(), 'out');
  const outcome = await octavec(['quantize', model, output, '--to', 'int8,fp16', '--json', ...options]);
  expect(outcome.stdout).toBe('');
  expect(() => statSync(output)).toThrow('ENOENT');
  return { status: outcome.status, ...errorOf(outcome) };
}

describe('what is no model', () => {
  const page = '<!DOCTYPE html><html><body>Not Found</body></html>';

  test('no such file or folder', async () => {
    for (const path of ['no/such/folder', 'no/such.onnx']) {
      expect(await refusal(path)).toMatchObject({ status: 1, code: 'FILE_NOT_FOUND', message: /Check the path/ });
    }
  });

  test('a folder without a model', async () => {
    expect(await refusal(temporaryFolder())).toMatchObject({
      status: 1,
      code: 'MODEL_NOT_FOUND',
      message: /onnx\/model\.onnx/,
    });
  });

  test.each([
    ['a web page', page, '<!DOCTYPE'],
    ['an empty file', '', 'the file is empty'],
    ['random bytes', Buffer.concat([Buffer.of(0xff), randomBytes(100_000)]), 'begins with'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'git lfs pull'],
    ['JSON', '{"a": 1, "b": [2, 3, 4, 5, 6]}', 'begins with'],
  ])('%s', async (_, content, said) => {
    for (const model of [folderWith(content), join(folderWith(content), 'onnx/model.onnx')]) {
      expect(await refusal(model)).toMatchObject({
        status: 1,
        code: 'NOT_ONNX',
        message: expect.stringContaining(said),
      });
    }
  });

  test('a web page is told from a model by every command, with no tokenizer near', async () => {
    const path = join(temporaryFolder(), 'page.onnx');
    writeFileSync(path, page);
    for (const args of [
      ['inspect', path],
      ['embed', path, 'a'],
      ['verify', path, '--against', embeddedModel],
    ]) {
      const outcome = await octavec([...args, '--json']);
      expect([outcome.status, errorOf(outcome).code]).toEqual([1, 'NOT_ONNX']);
    }
    expect(await refusal(path)).toMatchObject({ code: 'NOT_ONNX' });
  });

  test.each([10, 1000, 100_000, 11_000_000, statSync(weights).size - 1])(
    'a model cut off after %i bytes',
    async (size) => {
      const cut = readFileSync(weights).subarray(0, size);
      expect(await refusal(folderWith(cut))).toMatchObject({
        status: 1,
        code: expect.stringMatching(/^(NOT_ONNX|ONNX_CORRUPT)$/),
      });
    },
  );

  test('a model with damage in its graph', async () => {
    const bytes = readFileSync(weights);
    bytes.fill(0xff, 20_000, 20_100);
    expect(await refusal(folderWith(bytes))).toMatchObject({ status: 1, code: 'ONNX_CORRUPT' });
  });
});

describe('what cannot be quantized', () => {
  test('a model that is quantized already', async () => {
    expect(await refusal(join(inject('variants'), 'onnx/model_int8.onnx'))).toMatchObject({
      status: 1,
      code: 'ALREADY_QUANTIZED',
      message: /full-precision original/,
    });
  });

  test('a model without any MatMul', async () => {
    const outcome = await refusal(folderWith(modelWith()));
    expect(outcome).toMatchObject({ status: 1, code: 'NOTHING_TO_QUANTIZE' });
  });
});

describe('tokenizers', () => {
  const lone = () => {
    const path = join(temporaryFolder(), 'lone.onnx');
    symlinkSync(weights, path);
    return path;
  };

  test('a missing one is asked for', async () => {
    const folder = folderWith('');
    rmSync(join(folder, 'onnx'), { recursive: true });
    symlinkSync(weights, join(folder, 'model.onnx'));
    rmSync(join(folder, 'tokenizer.json'));
    for (const model of [folder, lone()]) {
      expect(await refusal(model)).toMatchObject({ status: 1, code: 'TOKENIZER_MISSING', message: /--tokenizer/ });
    }
    const missing = join(folder, 'tokenizer.json');
    expect(await refusal(lone(), '--tokenizer', missing)).toMatchObject({ status: 1, code: 'FILE_NOT_FOUND' });
  });

  test('one that is none is named', async () => {
    const path = join(temporaryFolder(), 'tokenizer.json');
    writeFileSync(path, '{"version":"1.0"}');
    const { status, code, message } = await refusal(lone(), '--tokenizer', path);
    expect([status, code, message]).toEqual([1, 'TOKENIZER_INVALID', expect.stringContaining(path)]);
  });

  test('one of another model does not fit', async () => {
    const path = 'test/fixtures/tiny/bert/onnx/model_torchscript.onnx';
    for (const method of ['fp16', 'int8']) {
      const outcome = await octavec([
        ...['quantize', path, join(temporaryFolder(), 'out'), '--to', method],
        ...['--tokenizer', embeddedModel, '--json'],
      ]);
      expect([outcome.status, errorOf(outcome).code]).toEqual([1, 'TOKEN_OUT_OF_RANGE']);
    }
  });
});

describe('texts and results', () => {
  test('too few texts for a comparison', async () => {
    const path = join(temporaryFolder(), 'texts.txt');
    writeFileSync(path, 'one\none\ntwo\n');
    expect(await refusal(embeddedModel, '--texts', path)).toMatchObject({
      status: 2,
      code: 'USAGE',
      message: /2 distinct texts/,
    });
  });

  test('the original is never the output', async () => {
    const folder = temporaryFolder();
    cpSync(embeddedModel, folder, { recursive: true });
    const file = join(folder, 'onnx/model_fp16.onnx');
    const before = statSync(file);
    for (const args of [
      [folder],
      [folder, folder],
      [file, file],
      [folder, join(folder, 'onnx/../onnx/model_fp16.onnx')],
    ]) {
      const outcome = await octavec(['quantize', ...args, '--to', 'fp16', '--json']);
      expect([outcome.status, errorOf(outcome).code]).toEqual([2, 'OUTPUT_IS_SOURCE']);
    }
    expect(statSync(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(filesIn(folder)).toEqual(filesIn(embeddedModel));
  });
});
