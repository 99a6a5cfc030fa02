import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  convert,
  type QuantizeRerankerOptions,
  quantizeReranker,
  Reranker,
  type RerankerOutcome,
  verifyReranker,
} from 'octavec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isReranker } from '#rooms/pipeline';
import { makeTinyFolder } from './support/tiny-folder.js';

const run = { threads: 1 } as const;

let folder: string;
let made: RerankerOutcome;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-quantize-reranker-'));
  cpSync(fileURLToPath(new URL('./fixtures/rerank/bert', import.meta.url)), folder, { recursive: true });
  await convert(folder);
  made = await quantizeReranker(folder, { ...run, to: ['fp16', 'int8'] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a reranker is told from an embedding model', async () => {
  expect(await isReranker(folder)).toBe(true);
  const encoder = join(folder, 'encoder');
  makeTinyFolder(encoder, 'bert');
  expect(await isReranker(encoder)).toBe(false);
});

test('variants are proven by how they rank, and run', async () => {
  const { variants, failures } = made;
  expect(failures).toEqual([]);
  expect(variants.map(({ method, published }) => [method, published])).toEqual([
    ['fp16', true],
    ['int8', true],
  ]);
  const [fp16, int8] = variants.map(({ evidence }) => evidence);
  expect(fp16.pairs.count).toBe(240);
  expect(fp16.ranking.spearman.mean).toBeGreaterThan(0.999);
  expect(int8.ranking.spearman.mean).toBeLessThan(fp16.ranking.spearman.mean);
  const kept = JSON.parse(readFileSync(join(folder, 'onnx', 'model_int8.evidence.json'), 'utf8'));
  expect(kept.ranking).toEqual(int8.ranking);
  await using reranker = await Reranker.load(folder, { ...run, variant: 'int8' });
  expect((await reranker.rank('cats', ['a dog', 'cats sleep'])).length).toBe(2);
});

test('a variant of somebody else is held against the original, with queries of one’s own', async () => {
  const candidate = join(folder, 'onnx', 'model_fp16.onnx');
  const queries = [{ query: 'bread', texts: ['Rye bread keeps.', 'A dog barks.', 'What is a cosine?'] }];
  const { verdict, ranking } = await verifyReranker(candidate, { ...run, against: folder, queries });
  expect(ranking).toMatchObject({ queries: 1, pairs: 3, topOneAgreement: 1 });
  expect(verdict).toMatchObject({ gate: 'fp16 of rerankers', passed: true });
});

test('what the gate refuses is not published', async () => {
  const output = join(folder, 'refused');
  const { variants } = await quantizeReranker(folder, {
    ...run,
    to: ['q8'],
    output,
    limits: { rankSpearman: 0.99999 },
  });
  expect(variants[0].published).toBe(false);
  expect(existsSync(output)).toBe(false);
});

test('a variant is proven with queries of one’s own', async () => {
  const queries = [
    { query: 'bread', texts: ['Rye bread keeps.', 'A dog barks.', 'What is a cosine?'] },
    { query: 'dogs', texts: ['A dog barks.', 'Rye bread keeps.'] },
  ];
  const { variants } = await quantizeReranker(folder, { ...run, to: ['fp16'], output: join(folder, 'own'), queries });
  const { pairs, ranking } = variants[0].evidence;
  expect([pairs.count, pairs.source, ranking.queries, variants[0].published]).toEqual([5, 'own queries', 2, true]);
  const wrong = { ...run, to: ['fp16'], queries: [{ query: 'bread' }] } as unknown as QuantizeRerankerOptions;
  await expect(quantizeReranker(folder, wrong)).rejects.toMatchObject({ code: 'USAGE' });
});

test('what is for vectors is refused', async () => {
  await expect(quantizeReranker(folder, { to: ['auto'] })).rejects.toThrow(/auto/);
  await expect(quantizeReranker(folder, { to: ['int8'], bench: true })).rejects.toThrow(/bench/);
});
