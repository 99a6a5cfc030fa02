import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joined } from './pair-tokens.js';
import { rankedTexts } from './reranker.js';
import { activate, scoreActivations } from './score-activation.js';

const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 });
const named = (scores: readonly number[]) => scores.map((_, i) => `text ${i}`);

describe('a ranking', () => {
  test('has every text once, from the best to the worst, equal ones in their order', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const scores = Float32Array.from(given);
        const ranked = rankedTexts(named(given), scores);
        expect(ranked.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...given.keys()]);
        for (const [i, { index, score, text }] of ranked.entries()) {
          expect([score, text]).toEqual([scores[index], `text ${index}`]);
          const next = ranked[i + 1];
          expect(next === undefined || score > next.score || (score === next.score && index < next.index)).toBe(true);
        }
      }),
    );
  });

  test('of some is the beginning of that of all', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 25 }), (given, topN) => {
        const all = rankedTexts(named(given), Float32Array.from(given));
        expect(rankedTexts(named(given), Float32Array.from(given), topN)).toEqual(all.slice(0, topN));
      }),
    );
  });

  test('is the same by scores and by what they were made from, whatever the activation', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(...scoreActivations), (given, activation) => {
        const made = Float32Array.from(given);
        const before = made.slice();
        const scores = activate(made, activation);
        expect(made).toEqual(before);
        const order = (ranked: ReturnType<typeof rankedTexts>) => ranked.map(({ index }) => index);
        const byNumbers = rankedTexts(named(given), scores, undefined, made);
        expect(order(byNumbers)).toEqual(order(rankedTexts(named(given), made)));
        expect(byNumbers.every(({ score }, i) => i === 0 || score <= byNumbers[i - 1].score)).toBe(true);
      }),
    );
  });

  test('leaves scores and texts as they were given', () => {
    const [texts, scores] = [['a', 'b'], Float32Array.of(1, 2)];
    rankedTexts(texts, scores);
    expect([texts, scores]).toEqual([['a', 'b'], Float32Array.of(1, 2)]);
  });
});

describe('the sigmoid', () => {
  test('lies between 0 and 1, and s(x) + s(-x) is 1', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (x) => {
        const [plus, minus] = activate(Float32Array.of(x, -x), 'sigmoid');
        expect(plus >= 0 && plus <= 1).toBe(true);
        expect(plus + minus).toBeCloseTo(1, 6);
      }),
    );
  });

  test('of values worked out by hand', () => {
    const scores = activate(Float32Array.of(Math.log(9), -Math.log(4), 1), 'sigmoid');
    [0.9, 0.2, 0.7310585786].forEach((expected, i) => {
      expect(scores[i]).toBeCloseTo(expected, 6);
    });
  });
});

describe('joined batches', () => {
  const text = fc.array(fc.nat({ max: 9 }), { maxLength: 4 });
  const batch = fc.tuple(fc.array(text, { maxLength: 4 }), fc.boolean()).map(([texts, isPair]) => {
    const ids = Int32Array.from(texts.flat());
    const ends = texts.map((_, i) => texts.slice(0, i + 1).flat().length);
    return { ids, offsets: Int32Array.from([0, ...ends]), ...(isPair && { types: ids.map((id) => id % 2) }) };
  });
  const textsOf = (offsets: Int32Array, values: Int32Array | undefined) =>
    Array.from({ length: offsets.length - 1 }, (_, i) => [...(values?.slice(offsets[i], offsets[i + 1]) ?? [])]);

  test('have the texts of all, with their types', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 4 }), (batches) => {
        const { ids, types, offsets } = joined(batches);
        expect(textsOf(offsets, ids)).toEqual(batches.flatMap((one) => textsOf(one.offsets, one.ids)));
        const typesOf = batches.flatMap((one) => textsOf(one.offsets, one.types ?? new Int32Array(one.ids.length)));
        expect(textsOf(offsets, types ?? new Int32Array(ids.length))).toEqual(typesOf);
      }),
    );
  });
});
