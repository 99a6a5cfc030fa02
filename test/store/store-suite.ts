import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  comparisons,
  type Filter,
  filterTest,
  type IndexManifest,
  type NewDocument,
  parseFilter,
  type Store,
  type StoredChunk,
  type VectorKind,
} from '#rooms/store';

const dimensions = 8;

export const testManifest: IndexManifest = {
  format: 1,
  tool: 'octavec test',
  model: { name: 'test', dimensions, documentPrompt: '', queryPrompt: '', probes: [[1, 0, 0, 0, 0, 0, 0, 0]] },
  chunking: { tokens: 256, overlap: 0 },
  vectors: 'float32',
  sources: [],
};

/** A unit vector in the plane of the first two dimensions. */
function direction(degrees: number): Float32Array {
  const vector = new Float32Array(dimensions);
  vector[0] = Math.cos((degrees * Math.PI) / 180);
  vector[1] = Math.sin((degrees * Math.PI) / 180);
  return vector;
}

/** A document with a chunk for each text; its vectors stand ten degrees apart from the first on. */
export function testDocument(
  id: string,
  texts: readonly string[],
  degrees: number,
  metadata: NewDocument['metadata'] = {},
): NewDocument {
  const data = new Float32Array(texts.length * dimensions);
  for (const i of texts.keys()) {
    data.set(direction(degrees + 10 * i), i * dimensions);
  }
  return {
    ...{ id, hash: `hash of ${id} at ${degrees}`, metadata },
    chunks: texts.map((text, i) => ({ text, headings: ['Title'], lines: [i + 1, i + 1] as const })),
    vectors: { data, rows: texts.length, columns: dimensions },
  };
}

/**
 * What every store must do.
 *
 * @param open the same store each time, empty at first
 * @param vectors how it keeps them
 */
export function storeSuite(
  name: string,
  open: () => Promise<Store>,
  cleanUp: () => Promise<void>,
  vectors: VectorKind = 'float32',
): void {
  const manifest = { ...testManifest, vectors };
  describe(name, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(async () => {
      await store.close();
      await cleanUp();
    });

    const reopen = async () => {
      await store.close();
      store = await open();
    };
    const nearest = async (degrees: number, top: number, filter?: string) => {
      const query = { vector: direction(degrees), top, rescore: 'exact' as const };
      const found = await store.nearest({ ...query, ...(filter && { filter: parseFilter(filter) }) });
      return whole(await store.chunks(found.map(({ ref }) => ref)));
    };
    const matching = async (text: string, filter?: string) => {
      const found = await store.matching({ text, top: 10, ...(filter && { filter: parseFilter(filter) }) });
      return whole(await store.chunks(found.map(({ ref }) => ref)));
    };
    const whole = (chunks: readonly (StoredChunk | undefined)[]) => chunks.filter((chunk) => chunk !== undefined);
    const ids = (chunks: readonly { readonly id: string }[]) => chunks.map(({ id }) => id);

    test('is empty at first', async () => {
      expect(await store.readManifest()).toBeUndefined();
    });

    test('keeps its manifest', async () => {
      await store.writeManifest(manifest);
      await reopen();
      expect(await store.readManifest()).toEqual(manifest);
      expect((await store.facts()).documents).toBe(0);
      expect(await store.nearest({ vector: direction(0), top: 3, rescore: 'exact' })).toEqual([]);
      expect(await store.matching({ text: 'anything', top: 3 })).toEqual([]);
    });

    test('gives back what came', async () => {
      const cats = testDocument('cats.md', ['The cat sat on the mat.', 'Cats sleep all day.'], 0, {
        lang: 'en',
        year: 2020,
      });
      const dogs = testDocument('dogs.md', ['Der Hund schläft im Garten.'], 90, {
        lang: 'de',
        year: 2021,
        tags: ['a', 'b'],
      });
      await store.apply({ remove: [], add: [cats, dogs] });
      await reopen();
      expect(await store.facts()).toMatchObject({ documents: 2, chunks: 3 });
      expect(await store.hashes()).toEqual(new Map([cats, dogs].map(({ id, hash }) => [id, hash])));
      expect(await store.document('cats.md')).toEqual([
        {
          ...{ id: 'cats.md#1', document: 'cats.md', metadata: { lang: 'en', year: 2020 } },
          ...{ text: 'The cat sat on the mat.', headings: ['Title'], lines: [1, 1] },
        },
        {
          ...{ id: 'cats.md#2', document: 'cats.md', metadata: { lang: 'en', year: 2020 } },
          ...{ text: 'Cats sleep all day.', headings: ['Title'], lines: [2, 2] },
        },
      ]);
      expect(await store.document('no such document')).toEqual([]);
      expect((await store.document('dogs.md'))[0].metadata).toEqual({ lang: 'de', year: 2021, tags: ['a', 'b'] });
    });

    test('finds the nearest, with their cosines', async () => {
      expect(ids(await nearest(8, 2))).toEqual(['cats.md#2', 'cats.md#1']);
      const [hit] = await store.nearest({ vector: direction(60), top: 1, rescore: 'exact' });
      expect(hit.score).toBeCloseTo(Math.cos(Math.PI / 6), 5);
      expect(ids(await nearest(8, 100))).toHaveLength(3);
    });

    test('gives vectors in the order of the refs', async () => {
      const hits = await store.nearest({ vector: direction(0), top: 3, rescore: 'exact' });
      const refs = hits.map(({ ref }) => ref).reverse();
      const { data, rows, columns } = await store.vectors(refs);
      expect([rows, columns]).toEqual([3, dimensions]);
      expect(data[0]).toBeCloseTo(0, 5);
      expect(data[2 * dimensions]).toBeCloseTo(1, 5);
    });

    test('finds words, the rarer and the more of them the better', async () => {
      expect(ids(await matching('hund'))).toEqual(['dogs.md#1']);
      expect(ids(await matching('CAT mat'))).toEqual(['cats.md#1']);
      expect(await matching('nothing of this')).toEqual([]);
      expect(await matching('?!')).toEqual([]);
    });

    test.each([
      ['lang = "en"', ['cats.md#2', 'cats.md#1']],
      ['lang != "en"', ['dogs.md#1']],
      ['year >= 2021', ['dogs.md#1']],
      ['year < 2021 and lang = "en"', ['cats.md#2', 'cats.md#1']],
      ['not (lang = "en")', ['dogs.md#1']],
      ['lang in ("de", "fr")', ['dogs.md#1']],
      ['tags = "b"', ['dogs.md#1']],
      ['tags exists', ['dogs.md#1']],
      ['no_such_field = 1', []],
      ['no_such_field != 1', ['cats.md#2', 'cats.md#1', 'dogs.md#1']],
      ['year = "2020"', []],
      ['document like "cat%"', ['cats.md#2', 'cats.md#1']],
      ['document like "c_ts.md"', ['cats.md#2', 'cats.md#1']],
      ['lang = "en" or year = 2021', ['cats.md#2', 'cats.md#1', 'dogs.md#1']],
      [`lang = "it's \\"quoted\\""`, []],
    ])('filters before the top: %s', async (filter, expected) => {
      expect(ids(await nearest(8, 3, filter))).toEqual(expected);
      const wordless = await matching('cat cats hund', filter);
      expect(new Set(ids(wordless))).toEqual(new Set(expected));
    });

    test('a document that comes again takes the place of the one before', async () => {
      await store.apply({ remove: [], add: [testDocument('dogs.md', ['A dog barks.', 'Dogs run.'], 180)] });
      expect(await store.facts()).toMatchObject({ documents: 2, chunks: 4 });
      expect(await matching('hund')).toEqual([]);
      expect(ids(await matching('dogs'))).toEqual(['dogs.md#2']);
      expect(ids(await nearest(180, 1))).toEqual(['dogs.md#1']);
    });

    test('removes, adds and passes over in one step', async () => {
      const birds = testDocument('birds.md', ['Birds fly.'], 45);
      await store.apply({ remove: ['cats.md', 'never there'], add: [birds] });
      await reopen();
      expect([...(await store.hashes()).keys()].sort()).toEqual(['birds.md', 'dogs.md']);
      expect(ids(await nearest(45, 1))).toEqual(['birds.md#1']);
      expect(await store.document('cats.md')).toEqual([]);
    });

    test('a document without chunks is known, and never found', async () => {
      await store.apply({ remove: [], add: [testDocument('empty.md', [], 0)] });
      expect((await store.hashes()).has('empty.md')).toBe(true);
      expect(await store.document('empty.md')).toEqual([]);
      expect(await nearest(0, 10)).toHaveLength(3);
    });

    test('takes texts and metadata of any characters', async () => {
      const odd = '\u0000 \u{1f600} \ud800 \' " \\ {} $1 -- ; Ünïcödé 数据 word';
      const name = `a'b"\u0000`;
      const metadata = { [name]: odd, list: [odd, ''], huge: 1e300, tiny: -1e-300 };
      await store.apply({ remove: [], add: [testDocument("it's #1", [odd], 300, metadata)] });
      const [chunk] = await store.document("it's #1");
      expect(chunk.text).toContain('\' " \\ {} $1 -- ; Ünïcödé 数据 word');
      expect(chunk.metadata).toMatchObject({ huge: 1e300, tiny: -1e-300 });
      expect(ids(await matching('数据', 'huge = 1e300'))).toEqual(["it's #1#1"]);
      await store.apply({ remove: ["it's #1"], add: [] });
    });

    test('many small changes are as one', async () => {
      for (let i = 0; i < 40; i++) {
        await store.apply({ remove: [], add: [testDocument(`n${i}`, [`number ${i}`], i)] });
      }
      await store.apply({ remove: Array.from({ length: 30 }, (_, i) => `n${i}`), add: [] });
      await reopen();
      expect(ids(await matching('number'))).toHaveLength(10);
      expect(ids(await nearest(35, 1))).toEqual(['n35#1']);
      expect(await store.facts()).toMatchObject({ documents: 13 });
    });

    test('filters mean what they mean as data', async () => {
      await store.apply({ remove: [...(await store.hashes()).keys()], add: filtered });
      for (const filter of fc.sample(filters, { numRuns: 300, seed: 2 })) {
        const hits = await store.matching({ text: 'word', top: 100, filter });
        const found = whole(await store.chunks(hits.map(({ ref }) => ref))).map(({ document }) => document);
        const passing = filtered.filter(({ id, metadata }) => filterTest(filter)(id, metadata));
        expect(found.sort(), JSON.stringify(filter)).toEqual(passing.map(({ id }) => id).sort());
      }
    });
  });
}

const fields = fc.constantFrom('a', 'b', "it's", '"; DROP TABLE x; --', 'document', '$[*]', 'a\tb\n');
const texts = fc.oneof(
  fc.constantFrom('x', 'xy', 'X', '', "o'o", '%', 'd1', '\\', '1', 'true', '.', '[x]', 'ü', 'A-z'),
  fc.constantFrom('\t', '\n', '\b', '\bb', 'x\ny', 'b', '\u{1f600}', '\u{ffff}', '\u{e000}', '\u0001'),
);
const values = fc.oneof(
  texts,
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constantFrom(-0, 0.5, -0.5, 1e300, -1e300, 5e-324, 2 ** 53),
);
const metadata = fc.dictionary(fields, fc.oneof(values, fc.array(texts, { maxLength: 3 })), { maxKeys: 5 });
const patterns = fc
  .array(fc.oneof(fc.constantFrom('%', '_', '%', 'x', 'd'), texts), { maxLength: 4 })
  .map((parts) => parts.join(''));
const { filters } = fc.letrec<{ filters: Filter }>((tie) => ({
  filters: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('compare'),
      field: fields,
      operator: fc.constantFrom(...comparisons),
      value: values,
    }),
    fc.record({ kind: fc.constant('in'), field: fields, values: fc.array(values, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('like'), field: fields, pattern: patterns }),
    fc.record({ kind: fc.constant('exists'), field: fields }),
    fc.record({ kind: fc.constantFrom('and', 'or'), of: fc.array(tie('filters'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not'), of: tie('filters') }),
  ) as fc.Arbitrary<Filter>,
}));
const filtered = fc
  .sample(metadata, { numRuns: 40, seed: 1 })
  .map((known, i) => testDocument(`d${i}${['', "'", '%', '\n', '\\', '\u{1f600}'][i % 6]}`, ['word'], i, known));
