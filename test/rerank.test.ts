import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Embedder, Reranker } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert } from '#rooms/convert';
import { makeTinyFolder } from './support/tiny-folder.js';

interface Golden {
  readonly queries: readonly string[];
  readonly texts: readonly string[];
  /** [queries × texts] */
  readonly scores: readonly (readonly number[])[];
  readonly logits: readonly (readonly number[])[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-rerank-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tiny cross-encoder, converted. */
async function crossEncoder(architecture: string): Promise<{ readonly path: string; readonly golden: Golden }> {
  const path = mkdtempSync(join(folder, `${architecture}-`));
  cpSync(fileURLToPath(new URL(`./fixtures/rerank/${architecture}`, import.meta.url)), path, { recursive: true });
  const { gives, proof } = await convert(path);
  expect(gives).toBe('scores');
  expect(proof.largestDifference).toBeLessThan(1e-5);
  return { path, golden: JSON.parse(readFileSync(join(path, 'golden.json'), 'utf8')) };
}

describe.each(['bert', 'xlm-roberta'])('a cross-encoder of the %s kind', (architecture) => {
  test('gives the scores of sentence-transformers, of texts of any length', async () => {
    const { path, golden } = await crossEncoder(architecture);
    await using reranker = await Reranker.load(path, { threads: 1, workers: 1 });
    for (const [q, query] of golden.queries.entries()) {
      const { scores, truncated } = await reranker.score(query, golden.texts);
      const { scores: logits } = await reranker.score(query, golden.texts, { activation: 'identity' });
      golden.texts.forEach((_, t) => {
        expect(scores[t]).toBeCloseTo(golden.scores[q][t], 5);
        expect(logits[t]).toBeCloseTo(golden.logits[q][t], 5);
      });
      expect(truncated).toBeGreaterThan(0);
    }
  });
});

describe('Reranker', () => {
  let path: string;
  let golden: Golden;
  let reranker: Reranker;
  beforeAll(async () => {
    ({ path, golden } = await crossEncoder('bert'));
    reranker = await Reranker.load(path, { threads: 1, workers: 1 });
  });
  afterAll(() => reranker.close());

  test('ranks texts, equal ones in their order', async () => {
    const [first, second, third] = golden.texts;
    const ranked = await reranker.rank(golden.queries[0], [third, first, second, first], { topN: 3 });
    expect(ranked.map(({ index }) => index)).toEqual([2, 1, 3]);
    expect(ranked[0]).toEqual({ index: 2, text: second, score: expect.closeTo(golden.scores[0][1], 5) });
    expect(await reranker.rank('x', [])).toEqual([]);
  });

  test('gives the same bits whatever is scored beside, if asked to', async () => {
    const alone = reranker.score(golden.queries[0], golden.texts, { reproducible: true });
    const others = golden.queries.map((query) => reranker.score(query, golden.texts));
    const again = reranker.score(golden.queries[0], golden.texts, { reproducible: true });
    await Promise.all(others);
    expect((await again).scores).toEqual((await alone).scores);
  });

  test('says what is wrong with its input', async () => {
    const long = golden.texts.join(' ');
    await expect(reranker.rank(long, ['x'])).rejects.toMatchObject({ code: 'QUERY_TOO_LONG' });
    await expect(reranker.rank('x', ['y', long], { overLong: 'error' })).rejects.toMatchObject({
      code: 'TEXT_TOO_LONG',
      details: { index: 1 },
    });
    await expect(reranker.rank('x', [1 as unknown as string])).rejects.toMatchObject({ code: 'TEXT_INVALID' });
    await expect(reranker.rank(1 as unknown as string, [])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(reranker.rank('x', ['y'], { topN: 0 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('refuses an activation that it does not know, unless another is asked for', async () => {
    const odd = mkdtempSync(join(folder, 'odd-'));
    cpSync(path, odd, { recursive: true });
    const config = JSON.parse(readFileSync(join(odd, 'config.json'), 'utf8'));
    config.sentence_transformers = { activation_fn: 'torch.nn.modules.activation.Softplus' };
    writeFileSync(join(odd, 'config.json'), JSON.stringify(config));
    await expect(Reranker.load(odd)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
    await using loaded = await Reranker.load(odd, { activation: 'identity', threads: 1, workers: 1 });
    expect(loaded.activation).toBe('identity');
  });

  test('and the embedder refuse each other’s models, with the way to go', async () => {
    await expect(Embedder.load(path)).rejects.toThrow(/octavec rerank/);
    await expect(Embedder.load(reranker.model)).rejects.toThrow(/Reranker\.load/);
    const encoder = mkdtempSync(join(folder, 'encoder-'));
    makeTinyFolder(encoder, 'bert');
    await expect(Reranker.load(encoder)).rejects.toMatchObject({
      code: 'MODEL_OUTPUT',
      message: expect.stringContaining('octavec embed'),
    });
  });
});
