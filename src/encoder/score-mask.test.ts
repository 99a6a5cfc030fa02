import { describe, expect, test } from 'vitest';
import type { ScorePath } from './attention.js';
import type { Prober } from './probe.js';
import { findScoreMask, findScoreScale } from './score-mask.js';

const path = { product: 'scores', softmaxInput: 'masked', operandScale: 0.5 } as ScorePath;
const out = Number.NEGATIVE_INFINITY;
const tokens = 6;

/** A graph that adds `at(distance of the key from the query, head)` to scores. */
function maskOf(at: (distance: number, map: number) => number, { maps = 1, heads = 2, length = tokens } = {}) {
  const data = Float64Array.from({ length: maps * length * length }, (_, i) =>
    Math.fround(at((i % length) - (Math.floor(i / length) % length), Math.floor(i / length ** 2))),
  );
  const prober = { probe: () => ({ shape: [1, maps, length, length], data }) } as unknown as Prober;
  return findScoreMask(prober, path, heads, length);
}

describe('what a token sees', () => {
  test('all of the text', () => {
    expect(maskOf(() => 0)).toEqual({ window: 0, causal: false });
    expect(maskOf(() => 0, { length: 1 })).toEqual({ window: 0, causal: false });
  });

  test.each([1, 2, 4])('%s tokens to either side', (reach) => {
    expect(maskOf((distance) => (Math.abs(distance) <= reach ? 0 : out))).toEqual({ window: reach, causal: false });
  });

  test('what is written as a large negative number is out of sight, too', () => {
    const mask = maskOf((distance) => (Math.abs(distance) <= 2 ? 0 : -10_000));
    expect(mask).toEqual({ window: 2, causal: false });
  });

  test('nothing behind it, all before it or some of that', () => {
    expect(maskOf((distance) => (distance <= 0 ? 0 : out))).toEqual({ window: 0, causal: true });
    expect(maskOf((distance) => (distance <= 0 && distance >= -3 ? 0 : out))).toEqual({ window: 3, causal: true });
  });

  test.each<[string, (distance: number, map: number) => number, RegExp]>([
    ['itself alone', (distance) => (distance === 0 ? 0 : out), /itself/],
    ['more of what is before it', (distance) => (distance >= -3 && distance <= 1 ? 0 : out), /to one side/],
    ['only what is behind it', (distance) => (distance >= 0 ? 0 : out), /to one side/],
    ['every second token', (distance) => (distance % 2 === 0 || Math.abs(distance) === 1 ? 0 : out), /gaps/],
    ['less in one head', (distance, map) => (map === 1 && Math.abs(distance) > 2 ? out : 0), /gaps/],
  ])('%s is not known', (_, at, why) => {
    expect(() => maskOf(at, { maps: 2 })).toThrow(why);
  });

  test('what depends on the place is not known', () => {
    const data = new Float64Array(tokens * tokens);
    data[tokens] = out;
    const prober = { probe: () => ({ shape: [], data }) } as unknown as Prober;
    expect(() => findScoreMask(prober, path, 2, tokens)).toThrow('more than the distance');
  });

  test('masks of neither one nor all heads are not known, nor ones without numbers', () => {
    expect(() => maskOf(() => 0, { maps: 2, heads: 4 })).toThrow('unknown form');
    const nothing = { probe: () => undefined } as unknown as Prober;
    expect(() => findScoreMask(nothing, path, 2, tokens)).toThrow('cannot be followed');
  });
});

describe('what is added by distance', () => {
  test('a number for each distance, the same for all heads', () => {
    const { bias, slopes, window } = maskOf((distance) => distance ** 2 / 4, { heads: 2, length: 3 });
    expect([...(bias ?? [])]).toEqual([1, 0.25, 0, 0.25, 1, 1, 0.25, 0, 0.25, 1]);
    expect(slopes).toBeUndefined();
    expect(window).toBe(0);
  });

  test('a slope for each head is found as such', () => {
    const { bias, slopes } = maskOf((distance, map) => -Math.abs(distance) / 2 ** (map + 1), { maps: 2, heads: 2 });
    expect(slopes).toEqual(Float32Array.of(-1 / 2, -1 / 4));
    expect(bias).toHaveLength(2 * 11);
  });

  test('also where only what is before a token is in sight', () => {
    const { slopes, causal } = maskOf((distance) => (distance <= 0 ? distance / 4 : out), { heads: 2 });
    expect([causal, ...(slopes ?? [])]).toEqual([true, -1 / 4, -1 / 4]);
  });

  test('what is out of sight has no bias', () => {
    const { bias, window } = maskOf((distance) => (Math.abs(distance) <= 1 ? 1 : out), { heads: 1, length: 4 });
    expect([window, ...(bias ?? [])]).toEqual([1, 0, 0, 1, 1, 1, 0, 0]);
  });
});

describe('the factor of scores', () => {
  const scaleOf = (at: (score: number) => number) => {
    const probe = (_: string, { scores }: Record<string, { data: Float64Array }>) => ({ data: scores.data.map(at) });
    return findScoreScale({ probe } as unknown as Prober, path, 2);
  };

  test('is that of the graph times that of queries and keys, whatever is added', () => {
    expect(scaleOf((score) => score / 8)).toBe(1 / 16);
    expect(scaleOf((score) => score / 4 - 3)).toBe(1 / 8);
  });

  test.each<[string, (score: number) => number]>([
    ['a curve', Math.tanh],
    ['a cap', (score) => Math.min(score, 1.5)],
    ['a negative factor', (score) => -score],
    ['none', () => 1],
  ])('%s is not known', (_, at) => {
    expect(() => scaleOf(at)).toThrow('not just scaled');
  });
});
