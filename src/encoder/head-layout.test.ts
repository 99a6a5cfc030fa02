import { describe, expect, test } from 'vitest';
import type { Sample } from '../graph/index.js';
import { findHeadLayout, type HeadPath } from './head-layout.js';
import type { Prober } from './probe.js';

/** Where dimension i of a head comes from, and how it is turned. */
interface Way {
  readonly columns: number;
  readonly heads: number;
  readonly width: number;
  readonly column: (head: number, dimension: number) => number;
  readonly scale?: number;
  readonly keysLast?: boolean;
  /** Angle of dimensions i and i + width / 2 at a token. */
  readonly angle?: (token: number, i: number) => number;
}

/** A graph that does nothing but that. */
function layoutOf({ columns, heads, width, column, scale = 1, keysLast = false, angle = () => 0 }: Way) {
  const probe = (_: string, { linear }: Record<string, Sample>, tokens = 11): Sample => {
    const given = linear.data as Float64Array;
    const at = (h: number, t: number, i: number) => given[t * columns + column(h, i)];
    const half = width / 2;
    const turned = (h: number, t: number, i: number) =>
      i < half
        ? at(h, t, i) * Math.cos(angle(t, i)) - at(h, t, i + half) * Math.sin(angle(t, i))
        : at(h, t, i) * Math.cos(angle(t, i - half)) + at(h, t, i - half) * Math.sin(angle(t, i - half));
    const [rows, across] = keysLast ? [width, tokens] : [tokens, width];
    const data = Float64Array.from({ length: heads * tokens * width }, (__, index) => {
      const [h, r, c] = [Math.floor(index / (rows * across)), Math.floor(index / across) % rows, index % across];
      return scale * (keysLast ? turned(h, c, r) : turned(h, r, c));
    });
    return { shape: [1, heads, rows, across], data };
  };
  const forTokens = (tokens: number) => () => ({ shape: [1, tokens, columns] });
  const path: HeadPath = { linear: 'linear', columns, operand: 'operand', keysLast };
  return findHeadLayout({ probe, forTokens, evaluate: forTokens(11) } as unknown as Prober, path);
}

const plain = { columns: 12, heads: 3, width: 4, column: (head: number, i: number) => head * 4 + i };

describe('the columns of heads', () => {
  test('one head after the other', () => {
    const layout = { first: 0, heads: 3, distinct: 3, width: 4, scale: 1, rotation: undefined };
    expect(layoutOf(plain)).toEqual(layout);
    expect(layoutOf({ ...plain, keysLast: true })).toEqual(layout);
  });

  test('a part of a layer for queries, keys and values', () => {
    const { first, distinct } = layoutOf({ ...plain, columns: 36, column: (head, i) => 24 + head * 4 + i });
    expect([first, distinct]).toEqual([24, 3]);
  });

  test('fewer than the heads that use them', () => {
    const shared = layoutOf({ ...plain, heads: 6, columns: 8, column: (head, i) => Math.floor(head / 3) * 4 + i });
    expect(shared).toMatchObject({ heads: 6, distinct: 2, first: 0 });
    expect(layoutOf({ ...plain, heads: 4, columns: 4, column: (_, i) => i })).toMatchObject({ heads: 4, distinct: 1 });
  });

  test('and what they are multiplied with', () => {
    expect(layoutOf({ ...plain, scale: 0.125 }).scale).toBe(0.125);
    expect(layoutOf({ ...plain, scale: -2 }).scale).toBe(-2);
  });

  test('are turned by the place of the token', () => {
    const frequencies = [1, 0.01];
    const { rotation } = layoutOf({ ...plain, angle: (token, i) => token * frequencies[i] });
    expect(rotation?.[0]).toBeCloseTo(1, 6);
    expect(rotation?.[1]).toBeCloseTo(0.01, 6);
    const keys = layoutOf({ ...plain, keysLast: true, angle: (token, i) => token * frequencies[i] });
    expect(keys.rotation).toEqual(rotation);
  });

  test.each<[string, Partial<Way>, RegExp]>([
    ['between those of others', { column: (head, i) => i * 3 + head }, /laid out|unevenly/],
    ['in falling order', { column: (head, i) => head * 4 + 3 - i }, /laid out|outside/],
    ['of the last head first', { column: (head, i) => (2 - head) * 4 + i }, /outside/],
    ['shared in turn', { heads: 4, columns: 8, column: (head, i) => (head % 2) * 4 + i }, /laid out/],
    ['shared unevenly', { heads: 3, columns: 8, column: (head, i) => (head < 2 ? 0 : 4) + i }, /unevenly/],
    ['turned in another way', { angle: (token, i) => (token % 2) * (i + 1) }, /laid out/],
    ['lost', { scale: 0 }, /no trace/],
    ['of an odd width', { width: 3, columns: 9, column: (head, i) => head * 3 + i }, /unknown form/],
  ])('%s are not known', (_, change, why) => {
    expect(() => layoutOf({ ...plain, ...change })).toThrow(why);
  });
});

describe('a norm on the way', () => {
  /** Norms `width` columns at a time, and cuts them into three heads. */
  const normed = (width: number, columns = 12) => {
    const probe = (value: string, given: Record<string, Sample>, tokens = 11): Sample => {
      const data = (given.linear ?? given.out).data as Float64Array;
      if (value === 'in') {
        return { shape: [1, tokens, columns], data };
      }
      const heads = columns / 4;
      const split = data.map((__, index) => {
        const [h, t, i] = [Math.floor(index / (tokens * 4)), Math.floor(index / 4) % tokens, index % 4];
        return data[t * columns + h * 4 + i];
      });
      return { shape: [1, heads, tokens, 4], data: split };
    };
    const forTokens = (tokens: number) => () => ({ shape: [1, tokens, columns] });
    const norm = { input: 'in', output: 'out', width };
    const path: HeadPath = { linear: 'linear', columns, norm, operand: 'operand', keysLast: false };
    return findHeadLayout({ probe, forTokens, evaluate: forTokens(11) } as unknown as Prober, path);
  };

  test('of each head, or of all', () => {
    expect(normed(4)).toMatchObject({ heads: 3, width: 4 });
    expect(normed(12)).toMatchObject({ heads: 3, width: 4 });
  });

  test('of parts of a head, or of heads and a half, is not known', () => {
    expect(() => normed(2)).toThrow('neither of a head nor of all');
    expect(() => normed(6)).toThrow('neither of a head nor of all');
  });
});
