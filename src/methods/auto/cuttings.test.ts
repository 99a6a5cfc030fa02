import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textsOfBatch, tokenBatch } from '../../engine/index.js';
import { cuttingsOf } from './cuttings.js';

const cls = 101;
const sep = 102;
const text = (...ids: readonly number[]) => Int32Array.of(cls, ...ids, sep);
const plain = (rows: readonly Int32Array[]) => rows.map((row) => [...row]);

test('of each text the run of its commonest tokens, with what all texts begin and end with', () => {
  const batch = tokenBatch([text(7, 1, 2, 3, 4, 8, 9), text(50, 51, 1, 2, 3, 4, 5), text(60, 61, 62, 63, 1, 2, 3, 4)]);
  expect(plain(textsOfBatch(cuttingsOf(batch)))).toEqual([
    [cls, 1, 2, 3, 4, sep],
    [cls, 51, 1, 2, 3, 4, sep],
    [cls, 62, 63, 1, 2, 3, 4, sep],
  ]);
});

test('texts that are no longer than a cutting have none, and the same cutting comes once', () => {
  const long = [1, 2, 3, 4, 9];
  const batch = tokenBatch([text(...long), text(1), text(2), text(3), text(...long)]);
  expect(plain(textsOfBatch(cuttingsOf(batch)))).toEqual([[cls, 1, 2, 3, 4, sep]]);
});

test('a prompt stays before every cutting', () => {
  const prompt = [30, 31];
  const batch = tokenBatch([text(...prompt, 1, 2, 3, 4, 5), text(...prompt, 6, 2, 3, 4, 1, 7)]);
  for (const row of textsOfBatch(cuttingsOf(batch))) {
    expect([...row.subarray(0, 3)]).toEqual([cls, ...prompt]);
    expect(row.at(-1)).toBe(sep);
  }
});

test('texts without special tokens', () => {
  const batch = tokenBatch([Int32Array.of(1, 2, 3, 4, 5, 6), Int32Array.of(9, 2, 3, 4, 5, 8, 7)]);
  expect(plain(textsOfBatch(cuttingsOf(batch)))[0]).toEqual([2, 3, 4, 5]);
});

const rows = fc.array(
  fc
    .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
    .map((ids) => Int32Array.of(101, ...ids, 102)),
  { maxLength: 10 },
);

/** Are these ids found in a row, in their order? */
function isWithin(ids: readonly number[], row: Int32Array): boolean {
  let found = 0;
  for (const id of row) {
    found += id === ids[found] ? 1 : 0;
  }
  return found === ids.length;
}

test('whatever the texts: cuttings are parts of them, shorter, each once, between what all begin and end with', () => {
  fc.assert(
    fc.property(rows, (texts) => {
      const cuttings = textsOfBatch(cuttingsOf(tokenBatch(texts))).map((row) => [...row]);
      expect(cuttings.length).toBeLessThanOrEqual(texts.length);
      expect(new Set(cuttings.map(String)).size).toBe(cuttings.length);
      for (const cutting of cuttings) {
        expect([cutting[0], cutting.at(-1)]).toEqual([101, 102]);
        expect(texts.some((row) => row.length > cutting.length && isWithin(cutting, row))).toBe(true);
      }
    }),
  );
});

test('no texts, one text, and texts that are all the same have none', () => {
  expect(textsOfBatch(cuttingsOf(tokenBatch([])))).toEqual([]);
  const text = Int32Array.of(101, 1, 2, 3, 4, 5, 6, 7, 8, 9, 102);
  expect(textsOfBatch(cuttingsOf(tokenBatch([text])))).toEqual([]);
  expect(textsOfBatch(cuttingsOf(tokenBatch([text, text, text])))).toEqual([]);
});
