import { describe, expect, test } from 'vitest';
import type { Metadata } from '../../documents/index.js';
import { parseFilter } from '../filter/parse-filter.js';
import { indexWords } from '../text/word-index.js';
import { allowedChunks, type LiveSegment, matchingChunks, nearestChunks } from './find-chunks.js';

interface TestDocument {
  readonly id: string;
  readonly texts: readonly string[];
  readonly metadata?: Metadata;
}

/** A segment in memory. Chunk i has the vector of its angle, ten degrees further than the one before. */
function segmentOf(documents: readonly TestDocument[], removed: readonly number[] = [], from = 0) {
  const texts = documents.flatMap((document) => document.texts);
  const firsts = [0];
  for (const document of documents) {
    firsts.push(firsts[firsts.length - 1] + document.texts.length);
  }
  const data = Float32Array.from(
    texts.flatMap((_, i) => [Math.cos(((from + 10 * i) * Math.PI) / 180), Math.sin(((from + 10 * i) * Math.PI) / 180)]),
  );
  let reads = 0;
  const segment = {
    ...{ name: `s${from}`, documents: documents.length, chunks: texts.length, error: 0, words: indexWords(texts) },
    ...{ vectors: { data, rows: texts.length, columns: 2 }, scanned: { kind: 'float32', data, columns: 2 } },
    firstChunk: (i: number) => firsts[i],
    allDocuments: () => {
      reads++;
      return documents.map(({ id, metadata = {} }) => ({ id, metadata }));
    },
    vector: (chunk: number) => data.subarray(2 * chunk, 2 * chunk + 2),
  };
  return { live: { segment, removed: new Set(removed) } as unknown as LiveSegment, reads: () => reads };
}

const documents: readonly TestDocument[] = [
  { id: 'a', texts: ['cat', 'cat dog'], metadata: { lang: 'en' } },
  { id: 'b', texts: [], metadata: { lang: 'en' } },
  { id: 'c', texts: ['cat'], metadata: { lang: 'de' } },
  { id: 'd', texts: ['dog', 'bird', 'cat cat'] },
];
const lang = (value: string) => parseFilter(`lang = "${value}"`);

describe('allowed chunks', () => {
  test.each([
    ['all where nothing is asked', [], undefined, undefined],
    ['those of documents that pass', [], lang('en'), [1, 1, 0, 0, 0, 0]],
    ['those of documents that are there', [0, 3], undefined, [0, 0, 1, 0, 0, 0]],
    ['those that are both', [0], parseFilter('not lang = "de"'), [0, 0, 0, 1, 1, 1]],
    ['none', [], lang('fr'), [0, 0, 0, 0, 0, 0]],
  ] as const)('are %s', (_, removed, filter, expected) => {
    expect(allowedChunks(segmentOf(documents, removed).live, filter)).toEqual(expected && Uint8Array.from(expected));
  });

  test('are found once for the same filter, and anew for another or other segments', () => {
    const { live, reads } = segmentOf(documents);
    const first = allowedChunks(live, lang('en'));
    expect(allowedChunks(live, lang('en'))).toBe(first);
    expect(reads()).toBe(1);
    expect(allowedChunks(live, lang('de'))).toEqual(Uint8Array.of(0, 0, 1, 0, 0, 0));
    expect(allowedChunks(live, lang('en'))).toEqual(first);
    // The same segment after a document is gone.
    const later: LiveSegment = { segment: live.segment, removed: new Set([0]) };
    expect(allowedChunks(later, lang('en'))).toEqual(new Uint8Array(6));
    expect(allowedChunks(later, undefined)).toEqual(Uint8Array.of(0, 0, 1, 1, 1, 1));
  });
});

describe('several segments', () => {
  const [one, two] = [segmentOf(documents).live, segmentOf([{ id: 'e', texts: ['cat', 'bird'] }], [], 25).live];
  const places = (found: readonly { readonly segment: { readonly name: string }; readonly chunk: number }[]) =>
    found.map(({ segment, chunk }) => `${segment.name}/${chunk}`);

  test('give the nearest of all together', async () => {
    const vector = Float32Array.of(Math.cos(0.42), Math.sin(0.42));
    const found = await nearestChunks([one, two], { vector, top: 3, rescore: 'exact' });
    // 24 degrees: 25 is nearest, then 20, then 30.
    expect(places(found)).toEqual(['s25/0', 's0/2', 's0/3']);
    expect(found[0].score).toBeCloseTo(Math.cos(0.42 - (25 * Math.PI) / 180), 6);
    const filtered = await nearestChunks([one, two], { vector, top: 3, rescore: 'exact', filter: lang('en') });
    expect(places(filtered)).toEqual(['s0/1', 's0/0']);
  });

  test('count words together: what is rare in all is worth more', () => {
    const found = matchingChunks([one, two], { text: 'bird cat', top: 10 });
    expect(places(found).slice(0, 2).sort()).toEqual(['s0/4', 's25/1']);
    expect(places(found)).not.toContain('s0/3');
    expect(found).toHaveLength(7);
    expect(matchingChunks([one, two], { text: 'bird cat', top: 2 })).toHaveLength(2);
    expect(matchingChunks([one, two], { text: 'whale', top: 2 })).toEqual([]);
    expect(places(matchingChunks([one, two], { text: 'cat', top: 9, filter: lang('de') }))).toEqual(['s0/2']);
  });

  test('of equal scores the chunk that was stored first comes first', () => {
    const twins = [
      segmentOf([{ id: 'x', texts: ['same', 'same'] }]),
      segmentOf([{ id: 'y', texts: ['same'] }], [], 50),
    ];
    const found = matchingChunks(
      twins.map(({ live }) => live),
      { text: 'same', top: 3 },
    );
    expect(places(found)).toEqual(['s0/0', 's0/1', 's50/0']);
  });
});
