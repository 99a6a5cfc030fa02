import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OctavecError } from '../../base/index.js';
import { type Embedder, Vectors } from '../../embed/index.js';
import { type TextRecord, type TextSource, textsAsSource } from '../../texts/index.js';
import { printVectors } from './print-vectors.js';

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Gives each text the vector [its length], in batches of two; a text "bad" has none, and long ones are cut. */
const embedder = {
  async *stream(records: AsyncIterable<TextRecord>) {
    let items: TextRecord[] = [];
    const batch = () => {
      const texts = items;
      items = [];
      const failures = texts.flatMap(({ text }, index) =>
        text === 'bad' ? [{ index, error: new OctavecError('TEXT_INVALID', { index, why: 'it is bad' }) }] : [],
      );
      const vectors = new Vectors({
        ...{ data: Float32Array.from(texts, ({ text }) => text.length), columns: 1, failures },
        tokenCounts: new Int32Array(texts.length),
        truncated: texts.filter(({ text }) => text.length > 3).length,
      });
      return { items: texts, vectors };
    };
    for await (const record of records) {
      items.push(record);
      if (items.length === 2) {
        yield batch();
      }
    }
    if (items.length > 0) {
      yield batch();
    }
  },
} as unknown as Embedder;

const print = (texts: readonly string[], json?: boolean, more: Partial<TextSource> = {}) =>
  printVectors({ json })(embedder, { ...textsAsSource(texts), ...more }, {});

describe('vectors on standard output', () => {
  test('are a line of JSON each, and what became of the texts is counted', async () => {
    const outcome = await print(['a', 'bad', 'long'], false, { emptyLines: () => 2 });
    expect(printed.join('')).toBe('{"text":"a","embedding":[1]}\n{"text":"long","embedding":[4]}\n');
    expect(outcome).toEqual({ texts: 2, truncated: 1, emptyLines: 2, skipped: [{ reason: 'it is bad' }] });
  });

  test.each([
    [[], []],
    [['bad'], []],
    [['a'], [[1]]],
    [
      ['bad', 'bad', 'a', 'bb', 'bad', 'ccc'],
      [[1], [2], [3]],
    ],
  ])('are one list with --json, whatever falls out: %j', async (texts, vectors) => {
    await print(texts, true);
    const list = JSON.parse(printed.join('')) as { readonly embedding: number[] }[];
    expect(list.map(({ embedding }) => embedding)).toEqual(vectors);
    expect(printed.join('').endsWith('\n')).toBe(true);
  });

  test('are printed no faster than they are read', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed.push(String(text));
      setImmediate(() => process.stdout.emit('drain'));
      return false;
    });
    expect((await print(['a', 'b', 'c'])).texts).toBe(3);
    expect(write).toHaveBeenCalledTimes(2);
  });
});
