import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { randomMatrix } from '../../../test/support/random-matrix.js';
import { cosine, normalizeInPlace, randomNumbers, rowOf } from '../../numbers/index.js';
import { parseFilter } from '../filter/parse-filter.js';
import type { IndexManifest, VectorKind } from '../manifest.js';
import type { NewDocument } from '../store.js';
import { damagedFiles } from './check.js';
import { mergeSegments } from './compact.js';
import { contentOf } from './content.js';
import { allowedChunks, type LiveSegment, matchingChunks, nearestChunks } from './find-chunks.js';
import { Segment } from './open-segment.js';
import type { SegmentEntry } from './segment-list.js';
import { hits, storedChunk } from './stored-chunk.js';
import { segmentFiles, writeSegment } from './write-segment.js';

const dimensions = 12;

function newDocument(id: string, texts: readonly string[], seed: number, metadata = {}): NewDocument {
  const vectors = randomMatrix(texts.length, dimensions, seed);
  for (let i = 0; i < texts.length; i++) {
    normalizeInPlace(rowOf(vectors, i));
  }
  return { id, hash: `hash ${id}`, metadata, chunks: texts.map((text) => ({ text })), vectors };
}

const documents = [
  newDocument('empty.md', [], 1),
  newDocument('a.md', ['The cat sat.', 'A dog\nbarked.', 'größe 😀'], 2, { lang: 'en', tags: ['x', 'y'] }),
  newDocument('b.md', ['cat cat cat'], 3, { lang: 'de' }),
  newDocument('none.md', [], 4, { lang: 'en' }),
  newDocument('c.md', ['fish', 'bird and cat'], 5),
];

let folder: string;
const open: Segment[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-segment-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((segment) => segment.close()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let made = 0;
async function write(of: readonly NewDocument[] = documents, kind: VectorKind = 'float32'): Promise<SegmentEntry> {
  return writeSegment(folder, `s${made++}`, contentOf(of, dimensions), kind);
}

async function opened(entry: SegmentEntry): Promise<Segment> {
  const segment = await Segment.open(folder, entry);
  open.push(segment);
  return segment;
}

describe('a segment', () => {
  test('gives back what was written', async () => {
    const segment = await opened(await write());
    expect([segment.documents, segment.chunks]).toEqual([5, 6]);
    expect(segment.allDocuments().map(({ id, hash, chunks, metadata }) => ({ id, hash, chunks, metadata }))).toEqual(
      documents.map(({ id, hash, metadata, chunks }) => ({ id, hash, chunks: chunks.length, metadata })),
    );
    const texts = await Promise.all([0, 1, 2, 3, 4, 5].map(async (i) => (await segment.chunk(i)).text));
    expect(texts).toEqual(documents.flatMap(({ chunks }) => chunks.map(({ text }) => text)));
    expect([...segment.vectors.data]).toEqual(documents.flatMap(({ vectors }) => [...vectors.data]));
    expect([...segment.vector(3)]).toEqual([...documents[2].vectors.data]);
  });

  test('knows the document of every chunk, documents without chunks among them', async () => {
    const segment = await opened(await write());
    expect([0, 1, 2, 3, 4, 5].map((i) => segment.documentOf(i))).toEqual([1, 1, 1, 2, 4, 4]);
    expect([0, 1, 2, 3, 4, 5].map((i) => segment.firstChunk(i))).toEqual([0, 0, 3, 4, 4, 6]);
    expect(await storedChunk({ segment, chunk: 5 })).toEqual({
      ...{ id: 'c.md#2', document: 'c.md', metadata: {}, text: 'bird and cat' },
    });
    expect(hits([{ segment, chunk: 5, score: 0.5 }])).toEqual([{ ref: `${segment.name}/5`, score: 0.5 }]);
  });

  test('of documents without chunks can be opened and asked', async () => {
    for (const kind of ['float32', 'int8', 'binary'] as const) {
      const segment = await opened(await write([documents[0], documents[3]], kind));
      const live = [{ segment, removed: new Set<number>() }];
      const vector = documents[2].vectors.data;
      expect(await nearestChunks(live, { vector, top: 3, rescore: 'exact' })).toEqual([]);
      expect(matchingChunks(live, { text: 'cat', top: 3 })).toEqual([]);
      expect(segment.allDocuments().map(({ id }) => id)).toEqual(['empty.md', 'none.md']);
    }
  });

  test('is whole after writing, and each of its files is known by its bytes', async () => {
    const entry = await write();
    expect(Object.keys(entry.files).sort()).toEqual(Object.values(segmentFiles).sort());
    expect(await damagedFiles(folder, entry)).toEqual([]);
    const path = join(folder, entry.name, segmentFiles.chunks);
    const bytes = await readFile(path);
    bytes[20] ^= 1;
    await writeFile(path, bytes);
    expect(await damagedFiles(folder, entry)).toEqual([[segmentFiles.chunks, expect.stringContaining('its bytes')]]);
    await truncate(path, bytes.length - 1);
    await rm(join(folder, entry.name, segmentFiles.tables));
    expect(Object.fromEntries(await damagedFiles(folder, entry))).toEqual({
      [segmentFiles.chunks]: `it has ${bytes.length - 1} bytes, not ${bytes.length}`,
      [segmentFiles.tables]: 'it is missing',
    });
  });

  test.each(Object.values(segmentFiles))('%s of another length keeps it from being opened', async (name) => {
    const entry = await write();
    await truncate(join(folder, entry.name, name), entry.files[name].bytes - 1);
    await expect(Segment.open(folder, entry)).rejects.toMatchObject({ code: 'INDEX_DAMAGED' });
    await rm(join(folder, entry.name, name));
    await expect(Segment.open(folder, entry)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([segmentFiles.vectors, segmentFiles.tables])('a header of %s that is none is damage', async (name) => {
    const entry = await write();
    const path = join(folder, entry.name, name);
    await writeFile(path, Buffer.alloc(entry.files[name].bytes, 0xff));
    await expect(Segment.open(folder, entry)).rejects.toMatchObject({ code: 'INDEX_DAMAGED', details: { path } });
  });
});

describe('chunks are found', () => {
  /** 60 documents of up to three chunks in two segments, some of them removed. */
  async function twoSegments(kind: VectorKind): Promise<{ live: LiveSegment[]; left: Map<string, Float32Array> }> {
    const random = randomNumbers(9);
    const left = new Map<string, Float32Array>();
    const live: LiveSegment[] = [];
    for (const half of [0, 1]) {
      const some = Array.from({ length: 30 }, (_, i) =>
        newDocument(`${half}-${i}`, new Array(Math.floor(random() * 4)).fill(`text ${half} of ${i}`), 100 * half + i, {
          even: i % 2 === 0,
        }),
      );
      const removed = new Set([...some.keys()].filter(() => random() < 0.2));
      live.push({ segment: await opened(await write(some, kind)), removed });
      for (const [i, { id, chunks, vectors }] of some.entries()) {
        for (const k of removed.has(i) ? [] : chunks.keys()) {
          left.set(`${id}#${k + 1}`, rowOf(vectors, k));
        }
      }
    }
    return { live, left };
  }

  test.each(['float32', 'int8', 'binary'] as const)('exactly, though the first pass reads %s', async (kind) => {
    const { live, left } = await twoSegments(kind);
    for (const seed of [41, 42, 43]) {
      const vector = normalizeInPlace(randomMatrix(1, dimensions, seed).data);
      const expected = [...left].sort(([, a], [, b]) => cosine(b, vector) - cosine(a, vector)).map(([id]) => id);
      const found = await nearestChunks(live, { vector, top: 7, rescore: 'exact' });
      const ids = await Promise.all(found.map(async (one) => (await storedChunk(one)).id));
      expect(ids).toEqual(expected.slice(0, 7));
      expect(found[0].score).toBeCloseTo(cosine(left.get(ids[0])!, vector), 5);
    }
  });

  test.each(['int8', 'binary'] as const)(
    'all of them by so many candidates, in the order of their cosines (%s)',
    async (kind) => {
      const { live, left } = await twoSegments(kind);
      const vector = normalizeInPlace(randomMatrix(1, dimensions, 44).data);
      const found = await nearestChunks(live, { vector, top: left.size + 10, rescore: 1.5 });
      expect(found).toHaveLength(left.size);
      const scores = found.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    },
  );

  test('among those that a filter lets pass, and never removed ones', async () => {
    const { live, left } = await twoSegments('float32');
    const filter = parseFilter('even = true and document like "1-%"');
    const vector = normalizeInPlace(randomMatrix(1, dimensions, 45).data);
    const found = await nearestChunks(live, { vector, top: 1000, rescore: 'exact', filter });
    const ids = await Promise.all(found.map(async (one) => (await storedChunk(one)).id));
    const passing = [...left.keys()].filter((id) => /^1-\d*[02468]#/.test(id));
    expect(ids.sort()).toEqual(passing.sort());
  });

  test('by words, of all segments by the same measure', async () => {
    const one = await opened(await write([newDocument('x', ['cat cat', 'dog'], 1)]));
    const other = await opened(await write([newDocument('y', ['cat', 'bird', 'cow'], 2)]));
    const live = [one, other].map((segment) => ({ segment, removed: new Set<number>() }));
    const ids = async (text: string, top = 10) =>
      Promise.all(matchingChunks(live, { text, top }).map(async (found) => (await storedChunk(found)).id));
    // 2 · 2.2 / (2 + 1.8) against 2.2 / (1 + 1.05) times the same weight: a chunk has 1.2 words on average.
    expect(await ids('CAT, cat!')).toEqual(['x#1', 'y#1']);
    expect(await ids('bird dog', 1)).toHaveLength(1);
    expect(await ids('fish')).toEqual([]);
    expect(await ids('')).toEqual([]);
  });

  test('equal ones in the order in which they were stored', async () => {
    const same = newDocument('x', ['a'], 1);
    const live = await Promise.all(
      ['1', '2', '3'].map(async (id) => ({
        segment: await opened(await write([{ ...same, id }])),
        removed: new Set<number>(),
      })),
    );
    const found = await nearestChunks(live, { vector: same.vectors.data, top: 2, rescore: 'exact' });
    expect(found.map(({ segment }) => segment.document(0).id)).toEqual(['1', '2']);
  });

  test('none is marked where all may be found', async () => {
    const segment = await opened(await write());
    expect(allowedChunks({ segment, removed: new Set() }, undefined)).toBeUndefined();
    expect([...allowedChunks({ segment, removed: new Set([1]) }, undefined)!]).toEqual([0, 0, 0, 1, 1, 1]);
    const german = { kind: 'compare', field: 'lang', operator: '=', value: 'de' } as const;
    expect([...allowedChunks({ segment, removed: new Set() }, german)!]).toEqual([0, 0, 0, 1, 0, 0]);
    expect([...allowedChunks({ segment, removed: new Set([2]) }, german)!]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('segments that are merged', () => {
  const manifest = { model: { dimensions }, vectors: 'int8' } as IndexManifest;

  test('keep what was not removed, in its order', async () => {
    const first = await opened(await write(documents, 'int8'));
    const second = await opened(await write([newDocument('d.md', ['new cat'], 6)], 'int8'));
    const live = [
      { segment: first, removed: new Set([0, 2]) },
      { segment: second, removed: new Set<number>() },
    ];
    const [entry] = await mergeSegments(folder, `s${made++}`, live, manifest);
    expect(await damagedFiles(folder, entry)).toEqual([]);
    const merged = await opened(entry);
    expect(merged.allDocuments().map(({ id }) => id)).toEqual(['a.md', 'none.md', 'c.md', 'd.md']);
    const texts = await Promise.all([0, 1, 2, 3, 4, 5].map(async (i) => (await merged.chunk(i)).text));
    expect(texts).toEqual(['The cat sat.', 'A dog\nbarked.', 'größe 😀', 'fish', 'bird and cat', 'new cat']);
    expect([...merged.vector(4)]).toEqual([...rowOf(documents[4].vectors, 1)]);
    const found = matchingChunks([{ segment: merged, removed: new Set() }], { text: 'cat', top: 9 });
    expect(found.map(({ chunk }) => chunk).sort()).toEqual([0, 4, 5]);
  });

  test('of which nothing is left are no segment', async () => {
    const segment = await opened(await write(documents));
    const removed = new Set(documents.keys());
    expect(await mergeSegments(folder, 'nothing', [{ segment, removed }], manifest)).toEqual([]);
  });
});
