import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import type { ModelFiles } from '../model/index.js';
import { makeNode, readModel, writeModel } from '../onnx/index.js';
import { conventionsHash, fileIdentity, shortName } from './identity.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-identity-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('a file of a model folder is named with the folder', () => {
  expect(shortName('/models/bge/onnx/model_int8.onnx')).toBe(join('onnx', 'model_int8.onnx'));
  expect(shortName('/models/bge/model_int8.onnx')).toBe('model_int8.onnx');
});

describe('fileIdentity', () => {
  const model = smallModel({
    inputs: { x: 'float[n,64]' },
    outputs: { y: 'float' },
    nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
    initializers: [floats('w', [64, 64], new Array(4096).fill(1))],
  });

  test('is the hash and the size of a file', async () => {
    const { path } = await writeModel(model, join(folder, 'alone.onnx'));
    const bytes = readFileSync(path);
    const identity = { name: 'alone.onnx', bytes: bytes.length, sha256: sha256(bytes), precision: 'FP32' };
    expect(await fileIdentity(await readModel(path), 'FP32')).toEqual(identity);
  });

  test('of which external data are missing is an error with the name of a tensor', async () => {
    const { path } = await writeModel(model, join(folder, 'cut.onnx'), { weights: 'external' });
    const opened = await readModel(path);
    rmSync(`${path}_data`);
    await expect(fileIdentity(opened, 'FP32')).rejects.toMatchObject({
      code: 'EXTERNAL_DATA',
      details: { path, tensor: 'w' },
    });
  });

  test('counts external data', async () => {
    const { path } = await writeModel(model, join(folder, 'two.onnx'), { weights: 'external' });
    const files = [path, `${path}_data`].map((file) => readFileSync(file));
    const { bytes, sha256: found } = await fileIdentity(await readModel(path), 'FP32');
    expect(bytes).toBe(files[0].length + files[1].length);
    expect(found).toBe(sha256(files.map(sha256).join()));
  });
});

describe('conventionsHash', () => {
  const head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true } as const;
  const filesWith = (changes: Partial<ModelFiles> = {}): ModelFiles => {
    const tokenizerPath = join(folder, 'tokenizer.json');
    writeFileSync(tokenizerPath, '{}');
    const files = {
      onnxPath: 'a.onnx',
      tokenizerPath,
      padTokenId: 0,
      maxTokens: 128,
      lowerCase: false,
      prompts: {},
      head,
    };
    return { ...files, ...changes } as ModelFiles;
  };
  const dense = (weight: number) => [
    { inputs: 1, outputs: 1, activation: 'identity' as const, weight: Float32Array.of(weight) },
  ];

  test('is the same for the same, whatever the ONNX file', async () => {
    expect(await conventionsHash(filesWith())).toBe(await conventionsHash(filesWith({ onnxPath: 'b.onnx' })));
  });

  test.each<[string, Partial<ModelFiles>]>([
    ['pooling', { head: { ...head, pooling: ['cls'] } }],
    ['normalising', { head: { ...head, normalize: false } }],
    ['a dense layer', { head: { ...head, dense: dense(1) } as ModelFiles['head'] }],
    ['the limit of tokens', { maxTokens: 64 }],
    ['lower case', { lowerCase: true }],
    ['a prompt', { prompts: { query: 'query: ' } }],
    ['the padding token', { padTokenId: 1 }],
    ['the side where texts are cut', { truncationSide: 'left' }],
  ])('changes with %s', async (_, changes) => {
    expect(await conventionsHash(filesWith(changes))).not.toBe(await conventionsHash(filesWith()));
  });

  test('changes with the weights of a dense layer', async () => {
    const hashes = [1, 2].map((weight) =>
      conventionsHash(filesWith({ head: { ...head, dense: dense(weight) } as ModelFiles['head'] })),
    );
    expect(await hashes[0]).not.toBe(await hashes[1]);
  });
});
