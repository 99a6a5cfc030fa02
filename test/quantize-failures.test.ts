import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type QuantizeOptions, quantize } from '#rooms/pipeline';
import { makeTinyFolder } from './support/tiny-folder.js';

let root: string;
let model: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-failures-'));
  model = join(root, 'model');
  makeTinyFolder(model, 'bert');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const list = Array.from({ length: 12 }, (_, i) => `text ${i} of ${'a few words '.repeat(1 + (i % 4))}`);
const texts = { texts: list, source: 'made up' };

test('one method fails: what the others made is published, and the failure is told', async () => {
  const output = join(root, 'partly');
  // Where auto would keep what it measures there is a folder.
  mkdirSync(join(output, 'onnx/model_auto.sensitivity.json'), { recursive: true });
  const outcome = await quantize(model, { to: ['auto', 'fp16', 'fp16'], output, texts, calibration: texts });
  expect(outcome.variants).toMatchObject([{ method: 'fp16', published: true }]);
  expect(outcome.failures).toMatchObject([
    { method: 'auto', path: join(output, 'onnx/model_auto.onnx'), error: { code: 'OUTPUT_NOT_WRITABLE' } },
  ]);
  expect(readdirSync(join(output, 'onnx')).sort()).toEqual([
    'model_auto.sensitivity.json',
    'model_fp16.evidence.json',
    'model_fp16.onnx',
  ]);
  // A search looks at each part with the model: few will do.
  const selection = { include: ['ffn-down'] };
  const alone = quantize(model, { to: ['auto'], output, texts, calibration: texts, selection });
  await expect(alone).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
}, 120_000);

describe('before the long work', () => {
  const stages: string[] = [];
  const refused = async (options: Partial<QuantizeOptions>) => {
    stages.length = 0;
    const output = join(root, 'refused');
    const onProgress: QuantizeOptions['onProgress'] = ({ stage }) => stages.push(stage);
    const error = await (async () => quantize(model, { to: ['int8'], output, texts, onProgress, ...options }))().catch(
      (reason: unknown) => reason,
    );
    expect(existsSync(output)).toBe(false);
    expect(stages.filter((stage) => stage !== 'Reading the model')).toEqual([]);
    return error;
  };

  test('a pattern that fits nothing is refused, for fp16, too', async () => {
    const selection = { exclude: ['nonsense'] };
    expect(await refused({ selection })).toMatchObject({ code: 'USAGE', message: expect.stringContaining('nonsense') });
    expect(await refused({ to: ['fp16'], selection })).toMatchObject({ code: 'USAGE' });
  });

  test('a calibration table that cannot be written is refused', async () => {
    writeFileSync(join(root, 'file'), '');
    const calibrationTable = join(root, 'file/table.safetensors');
    expect(await refused({ calibrationTable })).toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  });

  test('no texts to calibrate with, and too few to compare, are refused', async () => {
    expect(await refused({ calibration: { texts: [], source: 'made up' } })).toMatchObject({ code: 'USAGE' });
    expect(await refused({ texts: { texts: list.slice(0, 2), source: 'made up' } })).toMatchObject({ code: 'USAGE' });
    expect(await refused({ to: ['int8', 'int8-static'], calibration: false })).toMatchObject({ code: 'USAGE' });
  });
});

test('what calibration saw is kept at once: an interrupt during another method loses none of it', async () => {
  const calibrationTable = join(root, 'table.safetensors');
  const controller = new AbortController();
  const selection = { include: ['ffn-down'] };
  const common = { output: join(root, 'interrupted'), texts, selection, calibrationTable, force: true };
  const interrupted = quantize(model, {
    ...common,
    to: ['int8', 'q4'],
    signal: controller.signal,
    onProgress: ({ stage }) => stage === 'Rounding weights' && controller.abort(),
  });
  await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
  const stages: string[] = [];
  await quantize(model, { ...common, to: ['int8'], onProgress: ({ stage }) => stages.push(stage) });
  expect(stages).not.toContain('Calibrating');
}, 120_000);
