import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { errorOf, octavec, temporaryFolder } from './octavec.js';

const fixture = fileURLToPath(new URL('../fixtures/rerank/bert', import.meta.url));
const golden = JSON.parse(readFileSync(join(fixture, 'golden.json'), 'utf8'));
const [query] = golden.queries;
const [scores] = golden.scores;

describe('octavec rerank', () => {
  test('converts a cross-encoder and ranks texts of the command line and of a file', async () => {
    const folder = temporaryFolder();
    const model = join(folder, 'model');
    cpSync(fixture, model, { recursive: true });
    const env = { OCTAVEC_CACHE: join(folder, 'cache') };
    const file = join(folder, 'found.jsonl');
    writeFileSync(
      file,
      golden.texts
        .slice(1, 4)
        .map((text: string, i: number) => JSON.stringify({ id: i, text }))
        .join('\n'),
    );
    const args = ['rerank', model, '--query', query, '--file', file, '--threads', '1'];

    const printed = await octavec([...args, '--', golden.texts[0]], { env });
    expect(printed.stderr).toContain('was converted from its weights');
    const lines = printed.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(['1', '2', '3', '4']);
    expect(lines[0]).toContain(golden.texts[1]);
    expect(existsSync(join(model, 'onnx'))).toBe(false);

    const json = await octavec([...args, '--top', '2', '--json', '--', golden.texts[0]], { env });
    expect(json.stderr).toBe('');
    const { results, activation } = JSON.parse(json.stdout);
    expect(activation).toBe('identity');
    expect(results.map(({ index, id }: { index: number; id?: number }) => [index, id])).toEqual([
      [1, 0],
      [0, undefined],
    ]);
    expect(results[0].score).toBeCloseTo(scores[1], 5);
  });

  test('verifies a reranker on pairs of one’s own, and says which line is none', async () => {
    const folder = temporaryFolder();
    const env = { OCTAVEC_CACHE: join(folder, 'cache') };
    const file = join(folder, 'pairs.csv');
    writeFileSync(file, 'query,document\nq,cats sleep\nq,"dogs, at times, bark"\nq,why?\n');
    const args = ['verify', fixture, '--against', fixture, '--threads', '1', '--json', '--texts', file];
    const { pairs, ranking } = JSON.parse((await octavec(args, { env })).stdout);
    expect([pairs.count, pairs.source, ranking.topOneAgreement]).toEqual([3, 'own queries', 1]);
    writeFileSync(file, 'query,document\nq,a\n,b\n');
    expect(errorOf(await octavec(args, { env }))).toMatchObject({
      ...{ code: 'TEXTS_INVALID', message: expect.stringContaining('line 3 holds no "query"') },
    });
  });

  test('says what is missing', async () => {
    const { status, ...outcome } = await octavec(['rerank', fixture, '--query', 'x', '--json']);
    expect(status).toBe(2);
    expect(errorOf({ status, ...outcome })).toMatchObject({ code: 'USAGE' });
  });
});
