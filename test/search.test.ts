import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Embedder } from '#rooms/embed';
import { checkIndex, Index, migrateIndex } from '#rooms/search';
import { makeTinyFolder } from './support/tiny-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-search-'));
const minilm = join(import.meta.dirname, '../models/all-MiniLM-L6-v2');
let embedder: Embedder;

beforeAll(async () => {
  embedder = await Embedder.load(minilm);
});
afterAll(async () => {
  await embedder.close();
  rmSync(folder, { recursive: true });
});

const four = [
  { id: 'ai', text: 'Artificial intelligence transforms industries', metadata: { topic: 'ai', year: 2020 } },
  { id: 'ml', text: 'Machine learning improves predictions', metadata: { topic: 'ai', year: 2021 } },
  { id: 'dl', text: 'Deep learning uses neural networks', metadata: { topic: 'ai', year: 2022 } },
  { id: 'weather', text: 'The weather is sunny today', metadata: { topic: 'weather', year: 2022 } },
];
const idsOf = (results: readonly { readonly document: string }[]) => results.map(({ document }) => document);

describe('four documents', () => {
  let index: Index;
  beforeAll(async () => {
    index = await Index.open(join(folder, 'four.index'), { model: embedder });
    expect(await index.add(four)).toEqual({ added: 4, updated: 0, unchanged: 0, removed: 0, skipped: [] });
  });
  afterAll(() => index.close());

  test.each(['hybrid', 'vector'] as const)('the weather is no answer to "AI and ML" (%s)', async (mode) => {
    expect(idsOf(await index.search('AI and ML', { top: 3, mode })).sort()).toEqual(['ai', 'dl', 'ml']);
  });

  test('are found by words', async () => {
    const [first, ...others] = await index.search('learning networks', { mode: 'text', explain: true });
    expect(first).toMatchObject({ document: 'dl', id: 'dl#1', metadata: { year: 2022 } });
    expect(first.explanation).toEqual({
      rank: 1,
      text: { rank: 1, bm25: first.score, words: ['learning', 'networks'] },
    });
    expect(idsOf(others)).toEqual(['ml']);
  });

  test('are filtered before the top', async () => {
    expect(idsOf(await index.search('AI and ML', { top: 1, filter: 'topic = "weather"' }))).toEqual(['weather']);
    await expect(index.search('x', { filter: 'topic =' })).rejects.toMatchObject({ code: 'FILTER_INVALID' });
  });

  test('come one after the other for as long as they are taken', async () => {
    const found: string[] = [];
    for await (const { document } of index.stream('AI and ML', { mode: 'vector' })) {
      found.push(document);
    }
    expect(found).toHaveLength(4);
    expect(found[3]).toBe('weather');
  });

  test('make a context that keeps to its tokens', async () => {
    const whole = await index.context('AI and ML');
    expect(whole.sources).toHaveLength(4);
    expect(whole.text).toContain('[1] ml\nMachine learning improves predictions\n\n[2] ');
    const short = await index.context('AI and ML', { tokens: 20 });
    expect(short.sources).toHaveLength(1);
    expect(short.tokens).toBeLessThanOrEqual(20);
  });

  test('vary where that is asked for', async () => {
    await index.add([{ id: 'ml2', text: 'Machine learning improves the predictions' }]);
    expect(idsOf(await index.search('machine learning', { top: 2 }))).toEqual(expect.arrayContaining(['ml', 'ml2']));
    const varied = idsOf(await index.search('machine learning', { top: 2, diversity: 0.7 }));
    expect(varied.filter((id) => id.startsWith('ml'))).toHaveLength(1);
    expect(await index.remove(['ml2', 'not there'])).toBe(1);
  });

  test('cost nothing when they come again', async () => {
    const changed = { ...four[3], text: 'The weather is rainy today' };
    expect(await index.add([...four.slice(0, 3), changed])).toMatchObject({ added: 0, updated: 1, unchanged: 3 });
    expect((await index.search('rainy', { mode: 'text' }))[0].text).toBe(changed.text);
    await index.add(four);
  });

  test('can be asked by another process meanwhile, and not written by it', async () => {
    await using other = await Index.open(index.path, { model: embedder });
    await index.add([{ id: 'new', text: 'A zebra crosses' }]);
    expect(idsOf(await other.search('zebra', { mode: 'text' }))).toEqual(['new']);
    await expect(other.add(four.slice(0, 1))).resolves.toMatchObject({ unchanged: 1 });
    await expect(other.remove(['new'])).rejects.toMatchObject({ code: 'OUTPUT_BUSY' });
    await index.remove(['new']);
  });

  test('say which model they need where it is no longer', async () => {
    const [tiny, path] = [join(folder, 'moved'), join(folder, 'moved.index')];
    makeTinyFolder(tiny, 'bert');
    {
      await using made = await Index.open(path, { model: tiny });
      await made.add([{ id: 'a', text: 'a b c' }]);
    }
    renameSync(tiny, join(folder, 'elsewhere'));
    await using lost = await Index.open(path);
    await expect(lost.search('a')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/^The model of .*moved\.index not found: .*moved\. Say where the model is now/),
    });
    await using found = await Index.open(path, { model: join(folder, 'elsewhere') });
    expect(await found.search('a')).toHaveLength(1);
    mkdirSync(tiny);
    await using emptied = await Index.open(path);
    await expect(emptied.search('a')).rejects.toMatchObject({ message: expect.not.stringContaining('Say where') });
  });

  test('are found with their model and files where all was moved together', async () => {
    const [old, now] = [join(folder, 'project'), join(folder, 'moved project')];
    makeTinyFolder(join(old, 'models/tiny'), 'bert');
    mkdirSync(join(old, 'texts'));
    writeFileSync(join(old, 'texts/a.txt'), 'a b c');
    {
      await using made = await Index.open(join(old, 'docs.index'), { model: join(old, 'models/tiny') });
      await made.update([join(old, 'texts')]);
    }
    renameSync(old, now);
    await using moved = await Index.open(join(now, 'docs.index'));
    expect(idsOf(await moved.search('a'))).toEqual(['texts/a.txt']);
    expect(await moved.manifest()).toMatchObject({
      model: { name: join(old, 'models/tiny'), beside: '../models/tiny' },
      sources: [{ name: 'texts', path: join(now, 'texts') }],
    });
    writeFileSync(join(now, 'texts/b.txt'), 'c d e');
    expect(await moved.update()).toMatchObject({ added: 1, unchanged: 1, removed: 0 });
    // The index alone: what is beside it no longer is where it was.
    renameSync(join(now, 'docs.index'), join(folder, 'lonely.index'));
    await using lonely = await Index.open(join(folder, 'lonely.index'));
    await expect(lonely.search('a')).rejects.toMatchObject({ message: expect.stringContaining('Say where the model') });
    await moved.close();
    renameSync(now, old);
    expect(await lonely.search('a')).toHaveLength(2);
  });

  test('take files from where they are now', async () => {
    const [first, second] = [join(folder, 'first/notes'), join(folder, 'second/notes')];
    mkdirSync(first, { recursive: true });
    writeFileSync(join(first, 'a.txt'), 'An apple');
    await using made = await Index.open(join(folder, 'elsewhere/notes.index'), { model: embedder });
    await made.update([first]);
    mkdirSync(join(folder, 'second'));
    renameSync(first, second);
    expect(await made.update([second])).toMatchObject({ added: 0, unchanged: 1, removed: 0 });
    expect((await made.manifest())?.sources).toEqual([{ name: 'notes', path: second }]);
  });

  test('are refused to another model, and to other settings', async () => {
    const tiny = join(folder, 'tiny');
    makeTinyFolder(tiny, 'bert');
    await using strange = await Embedder.load(tiny);
    await using other = await Index.open(index.path, { model: strange });
    await expect(other.search('AI')).rejects.toMatchObject({ code: 'INDEX_OTHER_MODEL' });
    await expect(Index.open(index.path, { vectors: 'binary' })).rejects.toMatchObject({ code: 'INDEX_OTHER_SETTINGS' });
    await expect(Index.open(index.path, { chunking: 'none' })).rejects.toMatchObject({ code: 'INDEX_OTHER_SETTINGS' });
  });
});

describe('files', () => {
  const docs = join(folder, 'docs');
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(join(docs, name, '..'), { recursive: true });
    writeFileSync(join(docs, name), content);
  };

  test('are followed through their changes', async () => {
    await using index = await Index.open(join(folder, 'docs.index'), { model: embedder });
    write('guide.md', '---\nlang: en\n---\n# Guide\n\nHow to plant a tree.\n\n## Watering\n\nEvery second day.\n');
    write('sub/notes.txt', 'Apples are red.\n\nBananas are yellow.\n');
    write(
      'rows.jsonl',
      '{"id": "r1", "text": "A row about rivers", "year": 2001}\n{"id": "r2", "title": "Lakes", "text": "Still water"}\n',
    );
    write('.hidden/secret.txt', 'never read');
    write('picture.png', Uint8Array.of(137, 80, 78, 71, 0));
    write('broken.txt', Uint8Array.of(0x41, 0x00, 0x42));
    symlinkSync(docs, join(docs, 'loop'));

    const first = await index.update([docs]);
    expect(first).toMatchObject({ added: 4, updated: 0, unchanged: 0, removed: 0 });
    expect(first.skipped.map(({ id, reason }) => `${id}: ${reason}`).sort()).toEqual([
      'docs/broken.txt: it is not text (it holds zero bytes)',
      'docs/loop: it is a symbolic link',
      'docs/picture.png: its format is not known',
    ]);
    const [watering] = await index.search('How often do I water it?', { mode: 'vector', filter: 'lang = "en"' });
    expect(watering).toMatchObject({ document: 'docs/guide.md', headings: ['Guide', 'Watering'], lines: [10, 10] });
    expect(idsOf(await index.search('lakes', { mode: 'text' }))).toEqual(['docs/rows.jsonl#r2']);
    expect(idsOf(await index.search('water', { filter: 'year = 2001' }))).toEqual(['docs/rows.jsonl#r1']);

    write('sub/notes.txt', 'Apples are green.\n');
    write('rows.jsonl', '{"id": "r1", "text": "A row about rivers", "year": 2001}\n');
    unlinkSync(join(docs, 'guide.md'));
    expect(await index.update()).toMatchObject({ added: 0, updated: 1, unchanged: 1, removed: 2 });
    expect((await index.facts()).documents).toBe(2);
    expect(await index.update([docs])).toMatchObject({ added: 0, updated: 0, unchanged: 2, removed: 0 });
  });

  test('that are not there are an error, and nothing is taken out', async () => {
    await using index = await Index.open(join(folder, 'docs.index'), { model: embedder });
    await expect(index.update([join(folder, 'nowhere')])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect((await index.facts()).documents).toBe(2);
    await using fresh = await Index.open(join(folder, 'never.index'), { model: embedder });
    await expect(fresh.update([join(folder, 'nowhere')])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await fresh.manifest()).toBeUndefined();
  });
});

test('what has no words is cut like any other text', async () => {
  const tiny = join(folder, 'tiny-wordless');
  makeTinyFolder(tiny, 'bert');
  await using model = await Embedder.load(tiny);
  await using index = await Index.open(join(folder, 'wordless.index'), { model });
  const texts = {
    base64: 'Zm9v'.repeat(10_000),
    long: 'rain falls '.repeat(10_000),
    spaces: `a${' '.repeat(40_000)}b`,
  };
  await index.add(Object.entries(texts).map(([id, text]) => ({ id, text })));
  for (const [id, text] of Object.entries(texts)) {
    const chunks = await index.document(id);
    expect(Math.max(...chunks.map((chunk) => chunk.text.length))).toBeLessThanOrEqual(256 * 33);
    expect(
      chunks
        .map((chunk) => chunk.text)
        .join('')
        .replace(/\s/g, ''),
    ).toBe(text.replace(/\s/g, ''));
  }
});

test('where there is no index, that is said', async () => {
  await using index = await Index.open(join(folder, 'none.index'));
  await expect(index.search('x')).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
});

test('an index is embedded anew with another model, and changes in one step', async () => {
  const path = join(folder, 'migrated.index');
  const tiny = join(folder, 'tiny-target');
  makeTinyFolder(tiny, 'bert');
  await using other = await Embedder.load(tiny);
  await using index = await Index.open(path, { model: embedder });
  await index.add(four);
  await expect(migrateIndex(path, { model: other })).rejects.toMatchObject({ code: 'OUTPUT_BUSY' });
  await index.close();
  expect(await migrateIndex(path, { model: other })).toBe(4);
  expect(await checkIndex(path)).toEqual([]);
  await using migrated = await Index.open(path, { model: other });
  expect((await migrated.manifest())?.model.dimensions).toBe(other.width);
  expect(idsOf(await migrated.search('Deep learning uses neural networks', { mode: 'vector', top: 1 }))).toEqual([
    'dl',
  ]);
  expect(await migrated.add(four)).toMatchObject({ unchanged: 4 });
});

test('a cross-encoder orders what was found', async () => {
  await using index = await Index.open(join(folder, 'ranked.index'), { model: embedder });
  await index.add(four);
  const rerank = {
    score: async (_query: string, texts: readonly string[]) => ({
      scores: Float32Array.from(texts, (text) => -text.length),
      tokenCounts: new Int32Array(texts.length),
      truncated: 0,
    }),
  };
  const results = await index.search('AI and ML', { top: 2, rerank });
  expect(results.map(({ document, score }) => [document, score])).toEqual([
    ['weather', -26],
    ['dl', -34],
  ]);
});

test('a watched folder is followed until the signal is aborted', async () => {
  const watched = join(folder, 'watched');
  mkdirSync(watched);
  writeFileSync(join(watched, 'a.md'), 'Apples');
  const controller = new AbortController();
  await using index = await Index.open(join(folder, 'watched.index'), { model: embedder });
  const added: number[] = [];
  for await (const outcome of index.watch([watched], { signal: controller.signal })) {
    added.push(outcome.added);
    if (added.length === 2) {
      controller.abort();
    } else {
      setTimeout(() => writeFileSync(join(watched, 'b.md'), 'Bananas'), 50);
    }
  }
  expect(added).toEqual([1, 1]);
});
