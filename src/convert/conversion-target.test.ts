import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EncoderPlan } from '../checkpoint/index.js';
import { companionFiles, copyCompanions } from './companions.js';
import { conversionPath, moveInto, refuseForeign, targetOf } from './conversion-target.js';
import { goldenOutput } from './proof/golden-output.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-target-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(...files: readonly string[]) {
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), file.endsWith('.json') ? '{}' : file);
  }
}

describe('a conversion goes', () => {
  test.each([
    [undefined, 'fp32', { onnxPath: '/m/onnx/model.onnx' }],
    [undefined, 'fp16', { onnxPath: '/m/onnx/model_fp16.onnx' }],
    ['/m/', 'fp32', { onnxPath: '/m/onnx/model.onnx' }],
    ['/x/a.onnx', 'fp16', { onnxPath: '/x/a.onnx' }],
    ['/x', 'fp32', { onnxPath: '/x/onnx/model.onnx', folder: '/x' }],
  ] as const)('to %s in %s: %j', (output, dtype, target) => {
    expect(targetOf('/m', output, dtype)).toEqual(target);
  });

  test('with its proof beside it', () => {
    expect(conversionPath('/m/onnx/model.onnx')).toBe('/m/onnx/model.conversion.json');
    expect(conversionPath('/m/a.onnx.onnx')).toBe('/m/a.onnx.conversion.json');
  });

  test('over nothing that octavec did not make', async () => {
    const path = join(folder, 'model.onnx');
    expect(() => refuseForeign(path)).not.toThrow();
    await write('model.onnx');
    expect(() => refuseForeign(path)).toThrow(expect.objectContaining({ code: 'OUTPUT_NOT_WRITABLE' }));
    await write('model.conversion.json');
    expect(() => refuseForeign(path)).not.toThrow();
  });

  test('to its place with its data, and what an earlier one left is gone', async () => {
    await write('tmp/model.onnx', 'tmp/model.onnx_data', 'out/model.onnx_data');
    await moveInto(
      [join(folder, 'tmp', 'model.onnx'), join(folder, 'tmp', 'model.onnx_data')],
      join(folder, 'out', 'model.onnx'),
    );
    expect(await readdir(join(folder, 'out'))).toEqual(['model.onnx', 'model.onnx_data']);
    expect(await readFile(join(folder, 'out', 'model.onnx_data'), 'utf8')).toBe('tmp/model.onnx_data');
    await write('tmp/model.onnx');
    await moveInto([join(folder, 'tmp', 'model.onnx')], join(folder, 'out', 'model.onnx'));
    expect(await readdir(join(folder, 'out'))).toEqual(['model.onnx']);
  });
});

describe('other files of a model', () => {
  const companions = [
    'README.md',
    'config.json',
    'sentencepiece.bpe.model',
    'tokenizer.json',
    'vocab.txt',
    'LICENSE.txt',
  ];
  const modules = ['1_Pooling/config.json', '2_Dense/config.json', '2_Dense/model.safetensors'];

  test('are those that running it takes', async () => {
    await write(...companions, ...modules);
    await write('model.safetensors', 'model.safetensors.index.json', 'expected.json', 'train.py', '.gitattributes');
    await write('1_Pooling/notes.txt', 'onnx/model.onnx', 'checkpoints/config.json');
    expect([...(await companionFiles(folder))].sort()).toEqual([...companions, ...modules].sort());
  });

  test('are copied into their folders', async () => {
    await write('config.json', '1_Pooling/config.json');
    const target = join(folder, 'copy');
    await copyCompanions(folder, target, ['config.json', '1_Pooling/config.json']);
    expect((await readdir(target)).sort()).toEqual(['1_Pooling', 'config.json']);
    await expect(copyCompanions(folder, target, ['missing.json'])).rejects.toThrow();
  });
});

describe('what transformers gave', () => {
  const plan = (more: Partial<EncoderPlan> = {}) => ({ hidden: 2, ...more }) as EncoderPlan;
  const golden = (value: unknown) => writeFile(join(folder, 'expected.json'), JSON.stringify(value));

  test('is not always there', async () => {
    expect(await goldenOutput(folder, plan())).toBeUndefined();
    await golden({ input_ids: [[1]], attention_mask: [[1]] });
    expect(await goldenOutput(folder, plan())).toBeUndefined();
  });

  test('counts for tokens that the mask shows', async () => {
    await golden({
      input_ids: [
        [5, 6, 0],
        [0, 7, 8],
      ],
      attention_mask: [
        [1, 1, 0],
        [0, 1, 1],
      ],
      token_type_ids: [
        [0, 1, 0],
        [0, 0, 1],
      ],
      last_hidden_state: [
        [
          [1, 2],
          [3, 4],
          [9, 9],
        ],
        [
          [9, 9],
          [5, 6],
          [7, 8],
        ],
      ],
    });
    expect(await goldenOutput(folder, plan())).toEqual({
      texts: [
        { ids: [5, 6], types: [0, 1] },
        { ids: [7, 8], types: [0, 1] },
      ],
      numbers: [1, 2, 3, 4, 5, 6, 7, 8],
    });
  });

  test('is scores for each text of a classifier', async () => {
    await golden({
      input_ids: [[5], [6]],
      attention_mask: [[1], [1]],
      logits: [
        [1, 2],
        [3, 4],
      ],
    });
    const { numbers } = (await goldenOutput(folder, plan({ classifier: {} as EncoderPlan['classifier'] }))) ?? {};
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test('is a number for each text of a reranker', async () => {
    await golden({ input_ids: [[5]], attention_mask: [[1]], logits: [[0.25]] });
    const classifier = {} as EncoderPlan['classifier'];
    expect(await goldenOutput(folder, plan({ classifier }))).toEqual({
      texts: [{ ids: [5], types: undefined }],
      numbers: [0.25],
    });
  });

  test.each([
    [{ input_ids: [[1, 2]], attention_mask: [[1, 1]], last_hidden_state: [[[1, 2]]] }],
    [{ input_ids: [[1]], attention_mask: [[1]], last_hidden_state: [[[1, 2, 3]]] }],
    [{ input_ids: [[0.5]], attention_mask: [[1]] }],
    [{ input_ids: [[1]] }],
    [{ input_ids: [[1]], attention_mask: [[1]], logits: [['1']] }],
  ])('%j is refused', async (value) => {
    await golden(value);
    await expect(goldenOutput(folder, plan())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
