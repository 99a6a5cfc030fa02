import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exportModel } from '#rooms/export';
import { readModel } from '#rooms/onnx';
import { embeddedModel } from './support/golden-texts.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-export-'));
afterAll(() => rmSync(root, { recursive: true }));

const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('a folder for another program', () => {
  test.each([
    ['transformers.js', 'onnx/model_fp16.onnx', "dtype: 'fp16'"],
    ['sentence-transformers', 'onnx/model_fp16.onnx', 'backend="onnx"'],
    ['fastembed', 'model.onnx', 'PoolingType.MEAN'],
    ['tei', 'onnx/model.onnx', '--model-id'],
    ['onnxruntime', 'model.onnx', 'InferenceSession'],
  ] as const)('%s has %s', async (target, file, said) => {
    const output = join(root, target);
    const exported = await exportModel(embeddedModel, { for: target, output });
    expect(exported).toMatchObject({ target, folder: output, file, usage: expect.stringContaining(said) });
    expect(exported.cosine).toBeGreaterThan(0.9999);
    expect(existsSync(join(output, file))).toBe(true);
    const { graph } = (await readModel(join(output, file))).proto;
    expect(graph?.output[0].name).toBe('last_hidden_state');
    expect(json(output, '1_Pooling/config.json')).toMatchObject({
      word_embedding_dimension: 384,
      pooling_mode_mean_tokens: true,
      pooling_mode_cls_token: false,
    });
    expect(json(output, 'tokenizer_config.json').model_max_length).toBe(256);
    expect(readdirSync(output).filter((name) => name.startsWith('.octavec') || name === 'package.json')).toEqual([]);
  });

  test('is never written over another', async () => {
    const output = mkdtempSync(join(root, 'mine-'));
    writeFileSync(join(output, 'notes.txt'), 'mine');
    await expect(exportModel(embeddedModel, { for: 'tei', output })).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
    expect(readdirSync(output)).toEqual(['notes.txt']);
  });

  test('needs the folder of the model', async () => {
    const lone = join(embeddedModel, 'onnx/no.onnx');
    await expect(exportModel(lone, { for: 'tei', output: join(root, 'lone') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    expect(existsSync(join(root, 'lone'))).toBe(false);
  });
});
