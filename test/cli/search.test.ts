import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { WayResult } from '#rooms/search';
import { embeddedModel } from '../support/golden-texts.js';
import { octavec } from './octavec.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-search-'));
afterAll(() => rmSync(folder, { recursive: true }));

const texts = {
  ai: 'Artificial intelligence transforms industries',
  ml: 'Machine learning improves predictions',
  dl: 'Deep learning uses neural networks',
  weather: 'The weather is sunny today',
};

const inFolder = (...args: string[]) => octavec(args, { cwd: folder });

beforeAll(async () => {
  mkdirSync(join(folder, 'four'));
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(
      join(folder, 'four', `${name}.md`),
      `---\ntopic: ${name === 'weather' ? name : 'ai'}\n---\n${text}\n`,
    );
  }
  writeFileSync(join(folder, 'four', 'notes.xyz'), 'unknown');
  const { status, stdout, stderr } = await inFolder('index', 'four', '--out', 'four.index', '--model', embeddedModel);
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'next: octavec search four.index "your question"\n' });
  expect(stdout).toMatch(
    /^4 added, 0 updated, 0 unchanged, 0 removed; 1 file passed over:\n {2}1 × its format is not known: .*notes\.xyz\n.*4 documents, 4 chunks/,
  );
});

test('a search is proposed once there is something to find', async () => {
  mkdirSync(join(folder, 'bare'));
  const { status, stdout, stderr } = await inFolder('index', 'bare', '--out', 'bare.index', '--model', embeddedModel);
  expect(status).toBe(0);
  expect(stdout).toContain('0 documents');
  expect(stderr).toBe('next: put documents into what was given, and run this again; there is nothing to search yet\n');
});

describe('octavec search', () => {
  test.each([
    ['the model that embedded', []],
    ['its INT8 variant', ['--variant', 'int8']],
  ])('leaves the weather out of the top three with %s', async (_, options) => {
    const model = options.length > 0 ? ['--model', inject('variants')] : [];
    const { status, stdout } = await inFolder(
      'search',
      'four.index',
      'AI and ML',
      '--top',
      '3',
      '--json',
      ...model,
      ...options,
    );
    expect(status).toBe(0);
    const results: { document: string; text: string; score: number }[] = JSON.parse(stdout);
    expect(results.map(({ document }) => document).sort()).toEqual(['four/ai.md', 'four/dl.md', 'four/ml.md']);
  });

  test('prints places, scores and why', async () => {
    const { stdout } = await inFolder('search', 'four.index', 'sunny weather', '--top', '1', '--explain');
    expect(stdout).toMatch(
      /^1\. four\/weather\.md, line 4 {2}\(0\.0328\)\n {3}by meaning place 1 \(cosine 0\.\d+\); by words place 1 \(BM25 [\d.]+: weather, sunny\); together place 1\n {3}The weather is sunny today\n$/,
    );
  });

  test('filters, and puts a prompt together', async () => {
    const { stdout } = await inFolder('search', 'four.index', 'AI', '--filter', 'topic = "weather"', '--context', '50');
    expect(stdout).toBe('[1] four/weather.md, line 4\nThe weather is sunny today\n');
    const wrong = await inFolder('search', 'four.index', 'AI', '--filter', 'topic =');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('at character 8') });
  });

  test('measures what answers are worth, and what each saving costs', async () => {
    const queries = [
      { _id: 'q1', text: 'sunny weather' },
      { _id: 'q2', text: 'How do networks learn?' },
      { _id: 'unjudged', text: 'nothing' },
    ];
    writeFileSync(join(folder, 'queries.jsonl'), queries.map((query) => JSON.stringify(query)).join('\n'));
    const qrels = ['query-id\tcorpus-id\tscore', 'q1\tfour/weather.md\t1', 'q2\tdl.md\t1', 'q2\tgone.md\t1'];
    writeFileSync(join(folder, 'qrels.tsv'), qrels.join('\n'));
    const files = ['--queries', 'queries.jsonl', '--qrels', 'qrels.tsv'];
    const { status, stdout, stderr } = await inFolder('evaluate', 'four.index', ...files, '--json');
    expect({ status, stderr }).toEqual({
      ...{ status: 0, stderr: 'note: 1 of 3 relevant documents are missing from the index\n' },
    });
    const { ways, ...facts } = JSON.parse(stdout);
    expect(facts).toMatchObject({
      documents: 4,
      passages: 4,
      questions: 2,
      questionMs: { own: { p50: expect.any(Number) } },
    });
    const ndcgOf = Object.fromEntries(ways.map((way: WayResult) => [way.name, way.metrics['ndcg@10']]));
    // One document of the two that answer the second question is not there.
    const best = (1 + 1 / (1 + 1 / Math.log2(3))) / 2;
    expect(ndcgOf['float32 vectors']).toBeCloseTo(best, 10);
    expect(ndcgOf['int8 vectors']).toBe(ndcgOf['float32 vectors']);
    expect(ndcgOf['hybrid, int8 vectors']).toBeCloseTo(best, 10);
    expect(ways[1].comparisons[0]).toMatchObject({ metric: 'ndcg@10', difference: 0, finding: 'within noise' });
    const table = await inFolder('evaluate', 'four.index', ...files);
    expect(table.stdout).toMatch(/^4 documents, 4 passages, 2 questions, .*\n(.|\n)*float32 vectors/);
    expect((await inFolder('search', 'check', 'four.index')).status).toBe(0);
  });

  test.each([
    [['--queries', 'queries.jsonl'], 2, 'Give --queries and --qrels'],
    [['--queries', 'none.jsonl', '--qrels', 'qrels.tsv'], 1, 'none.jsonl'],
    [['--queries', 'queries.jsonl', '--qrels', 'strange.tsv'], 1, 'no relevant document is in the index'],
    [['--queries', 'queries.jsonl', '--qrels', 'qrels.tsv', '--against', 'x'], 2, '--against is of models'],
  ])('evaluate with %j says what is wrong', async (args, status, message) => {
    writeFileSync(join(folder, 'strange.tsv'), 'query-id\tcorpus-id\tscore\nq1\tnowhere\t1');
    expect(await inFolder('evaluate', 'four.index', ...args)).toMatchObject({
      ...{ status, stderr: expect.stringContaining(message) },
    });
  });

  test('says where there is no index', async () => {
    expect(await inFolder('search', 'none.index', 'AI')).toMatchObject({
      status: 1,
      stderr:
        'error: There is no index in none.index. Make one with "octavec index <files or folders…> --out <index>".\n',
    });
  });

  test('finds what is damaged, and repairs it', async () => {
    expect(await inFolder('search', 'check', 'four.index')).toMatchObject({
      status: 0,
      stdout: 'All files are whole.\n',
    });
    const [segment] = readdirSync(join(folder, 'four.index/segments'));
    const path = join('four.index/segments', segment, 'vectors.safetensors');
    writeFileSync(join(folder, path), 'broken');
    const json = await inFolder('search', 'check', 'four.index', '--json');
    expect(JSON.parse(json.stdout).damage).toHaveLength(1);
    const { status, stdout } = await inFolder('search', 'check', 'four.index');
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^ {2}${path}: it has 6 bytes, not \\d+\\n$`));
    expect((await inFolder('search', 'four.index', 'AI')).stderr).toContain(`damaged at ${path}`);
    expect((await inFolder('search', 'repair', 'four.index')).stdout).toMatch(/Nothing is lost\.\n$/);
    expect((await inFolder('index', '--out', 'four.index')).stdout).toMatch(/^0 added, 0 updated, 4 unchanged/);
  });
});
