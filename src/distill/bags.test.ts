import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bagsOf, someBags, transposed, weightedRows } from './bags.js';

/** "5 2 5 5", nothing, "0", "2 0" */
const bags = bagsOf({ ids: Int32Array.of(5, 2, 5, 5, 0, 2, 0), offsets: Int32Array.of(0, 4, 4, 5, 7) }, 6);

describe('bags of tokens', () => {
  test('hold each token of a text once, with its share', () => {
    expect([bags.texts, bags.tokens]).toEqual([4, 6]);
    expect([...bags.starts]).toEqual([0, 2, 2, 3, 5]);
    expect([...bags.columns]).toEqual([2, 5, 0, 0, 2]);
    expect([...bags.shares]).toEqual([0.25, 0.75, 1, 0.5, 0.5]);
  });

  test('do not depend on the order of words, and leave the ids as they were', () => {
    const ids = Int32Array.of(10, 9, 2, 10);
    const other = bagsOf({ ids: Int32Array.of(10, 10, 9, 2), offsets: Int32Array.of(0, 4) }, 11);
    expect(bagsOf({ ids, offsets: Int32Array.of(0, 4) }, 11)).toEqual(other);
    expect([...other.columns]).toEqual([2, 9, 10]);
    expect([...ids]).toEqual([10, 9, 2, 10]);
  });

  test('transposed have a row for each token, and transposed twice are the same', () => {
    const byToken = transposed(bags);
    expect([byToken.texts, byToken.tokens]).toEqual([6, 4]);
    expect([...byToken.starts]).toEqual([0, 2, 2, 4, 4, 4, 5]);
    expect([...byToken.columns]).toEqual([2, 3, 0, 3, 0]);
    expect([...byToken.shares]).toEqual([1, 0.5, 0.25, 0.5, 0.75]);
    expect(transposed(byToken)).toEqual(bags);
  });

  test('of some texts are in the order asked for, also twice or none', () => {
    const some = someBags(bags, Int32Array.of(3, 1, 0, 3));
    expect([...some.starts]).toEqual([0, 2, 2, 4, 6]);
    expect([...some.columns]).toEqual([0, 2, 2, 5, 0, 2]);
    expect([...some.shares]).toEqual([0.5, 0.5, 0.25, 0.75, 0.5, 0.5]);
    expect(someBags(bags, Int32Array.from([0, 1, 2, 3]))).toEqual(bags);
    expect(someBags(bags, new Int32Array())).toMatchObject({ texts: 0, tokens: 6 });
  });

  test('sum rows by their shares; a text without tokens is nothing', () => {
    const rows = Float32Array.from({ length: 12 }, (_, i) => i);
    // Token 0: [0, 1], token 2: [4, 5], token 5: [10, 11].
    expect([...weightedRows(bags, rows, 2)]).toEqual([8.5, 9.5, 0, 0, 0, 1, 2, 3]);
  });
});

describe('whatever the texts', () => {
  const tokens = 6;
  const texts = fc.array(fc.array(fc.nat({ max: tokens - 1 }), { maxLength: 8 }), { maxLength: 6 });
  const bagOf = (all: readonly (readonly number[])[]) => {
    const ends = all.map((_, i) => all.slice(0, i + 1).flat().length);
    return bagsOf({ ids: Int32Array.from(all.flat()), offsets: Int32Array.from([0, ...ends]) }, tokens);
  };
  const rows = Float32Array.from({ length: tokens * 2 }, (_, i) => (i * 7) % 5);

  test('shares sum up to one, each token stands once', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const { starts, columns, shares } = bagOf(all);
        for (const [i, ids] of all.entries()) {
          const own = [...columns.subarray(starts[i], starts[i + 1])];
          expect(own).toEqual([...new Set(ids)].sort((a, b) => a - b));
          const sum = shares.subarray(starts[i], starts[i + 1]).reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(ids.length === 0 ? 0 : 1, 5);
        }
      }),
    );
  });

  test('transposing twice gives them back', () => {
    fc.assert(
      fc.property(texts, (all) => {
        expect(transposed(transposed(bagOf(all)))).toEqual(bagOf(all));
      }),
    );
  });

  test('the sum of rows is their mean, and picking some texts picks their sums', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 5 }), { maxLength: 4 }), (all, picked) => {
        const bags = bagOf(all);
        const sums = weightedRows(bags, rows, 2);
        for (const [i, ids] of all.entries()) {
          const mean = (c: number) => ids.reduce((sum, id) => sum + rows[2 * id + c], 0) / Math.max(1, ids.length);
          expect(sums[2 * i]).toBeCloseTo(mean(0), 5);
          expect(sums[2 * i + 1]).toBeCloseTo(mean(1), 5);
        }
        const some = Int32Array.from(picked.filter((text) => text < all.length));
        const expected = [...some].flatMap((text) => [sums[2 * text], sums[2 * text + 1]]);
        expect([...weightedRows(someBags(bags, some), rows, 2)]).toEqual(expected);
      }),
    );
  });
});
