import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatePresets } from '#rooms/evaluate';
import { batchError, type QuantizeAllOptions, quantize, quantizeAll } from '#rooms/pipeline';
import { makeTinyFolder } from './support/tiny-folder.js';

let root: string;
const originals: string[] = [];
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-all-'));
  originals.push(makeTinyFolder(join(root, 'bert'), 'bert'), makeTinyFolder(join(root, 'deep/roberta'), 'roberta'));
  // The hub's cache: the model is a link to a blob.
  const cached = join(root, 'models--org--mpnet/snapshots/abc');
  const blob = join(root, 'models--org--mpnet/blobs/0123');
  mkdirSync(join(root, 'models--org--mpnet/blobs'), { recursive: true });
  cpSync(makeTinyFolder(cached, 'mpnet'), blob);
  rmSync(join(cached, 'onnx/model.onnx'));
  symlinkSync('../../../blobs/0123', join(cached, 'onnx/model.onnx'));
  originals.push(blob);
  writeFileSync(join(root, 'deep/broken.onnx'), '<html>Not Found</html>');
  writeFileSync(join(root, 'deep/thing-INT8.onnx'), 'a variant by its name');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const someTexts = {
  texts: Array.from({ length: 12 }, (_, i) => `text ${i} of ${'a few words '.repeat(1 + (i % 4))}`),
  source: 'made up',
};
/** A few short texts, and a gate that looks away: where it is not quality that matters. */
const quick = {
  texts: someTexts,
  limits: { cosineMean: 0.1, cosineP1: 0.1, cosineMin: 0.1, topKOverlap: 0.1, sizeReduction: 1 },
} as const;
const quickInt8 = { ...quick, calibration: someTexts };

const hashes = () => originals.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
const statuses = (items: readonly { model: string; status: string }[]) =>
  Object.fromEntries(items.map(({ model, status }) => [model, status]));
const cached = 'models--org--mpnet/snapshots/abc';

test('one failure stops none; what is up to date is left; what changed is made again; force makes all again', async () => {
  const before = hashes();
  const stages = new Set<string>();
  const first = await quantizeAll(root, { to: ['int8'], ...quickInt8, onProgress: ({ stage }) => stages.add(stage) });
  expect(statuses(first.items)).toEqual({
    bert: 'made',
    'deep/broken.onnx': 'failed',
    'deep/roberta': 'made',
    [cached]: 'made',
  });
  expect(first.variants).toEqual(['deep/thing-INT8.onnx']);
  expect(first.items.find(({ status }) => status === 'failed')?.reason).toContain('<html>');
  expect(batchError(first)).toMatchObject({ code: 'BATCH_FAILED', exitStatus: 1 });
  expect([...stages].some((stage) => stage.startsWith('Model 4 of 4, models--org--mpnet'))).toBe(true);
  expect(existsSync(join(root, cached, 'onnx/model_int8.onnx'))).toBe(true);
  expect(hashes()).toEqual(before);

  rmSync(join(root, 'deep/broken.onnx'));
  const evidence = join(root, 'bert/onnx/model_int8.evidence.json');
  const kept = readFileSync(join(root, 'deep/roberta/onnx/model_int8.onnx'));
  rmSync(evidence);
  const second = await quantizeAll(root, { to: ['int8'], ...quickInt8 });
  expect(statuses(second.items)).toEqual({ bert: 'made', 'deep/roberta': 'up to date', [cached]: 'up to date' });
  expect(batchError(second)).toBeUndefined();
  expect(readFileSync(join(root, 'deep/roberta/onnx/model_int8.onnx'))).toEqual(kept);
  expect(second.items[1].evidence?.fidelity.cosine.p1).toBeGreaterThan(0.9);

  const third = await quantizeAll(join(root, 'bert'), { to: ['int8'], ...quickInt8, force: true });
  expect(statuses(third.items)).toEqual({ '.': 'made' });
}, 300_000);

test('an output folder gets the same tree, with names by a template, and is not searched', async () => {
  const output = join(root, 'out');
  const options = { to: ['fp16'], ...quick, output, names: 'AVA-{dimensions}-{family}[-{precision}].onnx' } as const;
  const made = await quantizeAll(root, options);
  expect(statuses(made.items)).toMatchObject({ bert: 'made', 'deep/roberta': 'made' });
  expect(readdirSync(join(output, 'deep/roberta/onnx')).sort()).toEqual([
    'AVA-64-roberta-fp16.evidence.json',
    'AVA-64-roberta-fp16.onnx',
  ]);
  expect(existsSync(join(output, cached, 'onnx/AVA-64-mpnet-fp16.onnx'))).toBe(true);
  expect(existsSync(join(output, 'deep/roberta/tokenizer.json'))).toBe(true);
  const again = await quantizeAll(root, options);
  expect(again.items.map(({ status }) => status)).toEqual(['up to date', 'up to date', 'up to date']);
}, 300_000);

test('what is up to date is judged by the gate that is asked for', async () => {
  const impossible = { ...gatePresets.int8, name: 'own', limits: { cosineP1: 1 } };
  const outcome = await quantizeAll(join(root, 'bert'), {
    to: ['int8'],
    texts: someTexts,
    calibration: someTexts,
    gate: impossible,
  });
  expect(outcome.items).toMatchObject([{ status: 'refused', evidence: { verdict: { gate: 'own', passed: false } } }]);
  expect(batchError(outcome)).toMatchObject({ code: 'GATE_REFUSED', exitStatus: 3 });
}, 300_000);

test('a method whose output would be the original is skipped, and the others are made', async () => {
  const folder = join(root, 'half');
  const original = makeTinyFolder(folder, 'bert');
  const { variants } = await quantize(folder, { to: ['fp16'], ...quick });
  rmSync(original);
  const outcome = await quantizeAll(folder, { to: ['int8', 'fp16'], ...quickInt8 });
  expect(variants[0].path).toBe(join(folder, 'onnx/model_fp16.onnx'));
  expect(outcome.items).toMatchObject([
    { method: 'int8', status: 'made' },
    { method: 'fp16', status: 'skipped', reason: expect.stringContaining('is the original itself') },
  ]);
  expect(batchError(outcome)).toBeUndefined();
  rmSync(folder, { recursive: true });
}, 300_000);

test('two originals whose variants would have one name: the second fails, and the first is made', async () => {
  const folder = join(root, 'twins');
  const original = makeTinyFolder(folder, 'bert');
  cpSync(original, join(folder, 'gte.onnx'));
  cpSync(original, join(folder, 'gte-FP32.onnx'));
  rmSync(join(folder, 'onnx'), { recursive: true });
  rmSync(join(folder, 'config.json'));
  const tokenizer = join(folder, 'tokenizer.json');
  const lone = join(folder, 'lone');
  mkdirSync(lone);
  for (const name of ['gte.onnx', 'gte-FP32.onnx']) {
    renameSync(join(folder, name), join(lone, name));
  }
  const outcome = await quantizeAll(lone, { to: ['int8'], tokenizer, ...quickInt8 });
  expect(outcome.items).toMatchObject([
    { model: 'gte-FP32.onnx', status: 'made' },
    { model: 'gte.onnx', status: 'failed', reason: expect.stringContaining('the same name') },
  ]);
  rmSync(folder, { recursive: true });
}, 300_000);

test('other options than those that a variant was made with make it again', async () => {
  const folder = join(root, 'options');
  makeTinyFolder(folder, 'bert');
  const statusOf = async (options: Partial<QuantizeAllOptions>) => {
    const { items } = await quantizeAll(folder, { to: ['int8'], ...quickInt8, ...options });
    return items[0].status;
  };
  expect(await statusOf({})).toBe('made');
  expect(await statusOf({})).toBe('up to date');
  const other = { calibration: { ...quick.texts, texts: quick.texts.texts.slice(3) } };
  expect(await statusOf(other)).toBe('made');
  expect(await statusOf(other)).toBe('up to date');
  expect(await statusOf({ selection: { exclude: ['ffn-down'] } })).toBe('made');
  expect(await statusOf({ selection: { exclude: ['ffn-down'] }, optimize: false })).toBe('made');
  writeFileSync(join(folder, 'tokenizer.json'), `${readFileSync(join(folder, 'tokenizer.json'), 'utf8')}\n`);
  expect(await statusOf({ selection: { exclude: ['ffn-down'] }, optimize: false })).toBe('made');
  rmSync(folder, { recursive: true });
}, 300_000);

test('a folder without models, and an interrupt', async () => {
  const empty = mkdtempSync(join(root, 'empty-'));
  await expect(quantizeAll(empty, { to: ['int8'] })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  const signal = AbortSignal.abort();
  await expect(quantizeAll(root, { to: ['q8'], signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('folders with weights alone are converted first; unknown architectures are skipped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-all-weights-'));
  const weights = (name: string) => {
    makeTinyFolder(join(folder, name), 'bert');
    rmSync(join(folder, name, 'onnx'), { recursive: true });
    for (const file of ['config.json', 'model.safetensors']) {
      cpSync(fileURLToPath(new URL(`./fixtures/tiny/bert/${file}`, import.meta.url)), join(folder, name, file));
    }
  };
  weights('bert');
  weights('other');
  const path = join(folder, 'other/config.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), model_type: 'electra' }));
  const make = () => quantizeAll(folder, { to: ['int8'], ...quickInt8 });
  const first = await make();
  expect(statuses(first.items)).toEqual({ bert: 'made', other: 'skipped' });
  expect(first.items[1].reason).toContain('electra');
  expect(batchError(first)).toBeUndefined();
  expect(readdirSync(join(folder, 'bert/onnx')).sort()).toEqual(['model_int8.evidence.json', 'model_int8.onnx']);
  expect(statuses((await make()).items)).toEqual({ bert: 'up to date', other: 'skipped' });
});

test('rerankers are skipped, and told apart from what is wrong', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-all-reranker-'));
  cpSync(fileURLToPath(new URL('./fixtures/rerank/bert', import.meta.url)), join(folder, 'bert'), { recursive: true });
  const outcome = await quantizeAll(folder, { to: ['int8'], ...quick });
  expect(statuses(outcome.items)).toEqual({ bert: 'skipped' });
  expect(outcome.items[0].reason).toContain(`octavec quantize ${join(folder, 'bert')}`);
  expect(batchError(outcome)).toBeUndefined();
});
