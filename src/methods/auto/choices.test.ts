import { describe, expect, test } from 'vitest';
import type { MixPart } from '../../quantize/index.js';
import { choicesOf } from './choices.js';

type Given = Parameters<typeof choicesOf>[1];

const bytes = { fp32: 400, fp16: 200, int8: 100, q8: 110, q4: 60 } as MixPart['bytes'];
const part = (id: string, multiplications: number): MixPart => ({
  id,
  role: 'q',
  parameters: 100,
  multiplications,
  bytes,
});
const uniform = (precision: string, seconds: number) => ({ precision, seconds }) as Given['uniform'][number];
const sensitivity = (distance: object) => ({ distance }) as Given['parts'][number];

const parts = [part('a', 30), part('table', 0), part('b', 10)];
const given: Given = {
  uniform: [uniform('fp16', 6), uniform('int8', 2), uniform('q4', 10)],
  parts: [sensitivity({ q4: 0.3, int8: 0.1, fp16: 0.001 }), sensitivity({ int8: 0.2 }), sensitivity({})],
};

describe('choices for the parts of a model', () => {
  test('are the precisions that were looked at, and FP32, which loses nothing; the least loss first', () => {
    const found = choicesOf(parts, given, 'size');
    expect(found.map(({ id }) => id)).toEqual(['a', 'table', 'b']);
    expect(found.map(({ choices }) => choices.map(({ precision, loss }) => [precision, loss]))).toEqual([
      [
        ['fp32', 0],
        ['fp16', 0.001],
        ['int8', 0.1],
        ['q4', 0.3],
      ],
      [
        ['fp32', 0],
        ['int8', 0.2],
      ],
      [['fp32', 0]],
    ]);
  });

  test('for size cost bytes', () => {
    expect(choicesOf(parts, given, 'size')[0].choices.map(({ cost }) => cost)).toEqual([400, 200, 100, 60]);
  });

  test('for speed cost the share of the time beyond the fastest, by multiplications', () => {
    const costs = (i: number) => choicesOf(parts, given, 'speed')[i].choices.map(({ cost }) => cost);
    // Of 40 multiplications, part a has 30. FP16 takes 4 s more than INT8, FP32 as long as FP16, Q4 8 s more.
    expect(costs(0)).toEqual([3, 3, 0, 6].map((seconds) => expect.closeTo(seconds, 6)));
    expect(costs(2)).toEqual([expect.closeTo(1, 6)]);
  });

  test('of those that take the same time the smaller is the better', () => {
    const [fp32, fp16, int8] = choicesOf(parts, given, 'speed')[0].choices;
    expect(fp16.cost).toBeLessThan(fp32.cost);
    expect(int8.cost).toBeGreaterThan(0);
    const table = choicesOf(parts, given, 'speed')[1].choices;
    expect(table[1].cost).toBeLessThan(table[0].cost);
  });

  test('of a model of tables alone, or without times, are numbers', () => {
    for (const some of [
      choicesOf([part('table', 0)], { ...given, parts: [given.parts[1]] }, 'speed'),
      choicesOf([part('a', 5)], { uniform: [], parts: [given.parts[0]] }, 'speed'),
    ]) {
      expect(some[0].choices.every(({ cost }) => Number.isFinite(cost))).toBe(true);
    }
    expect(choicesOf([], { uniform: [], parts: [] }, 'size')).toEqual([]);
  });
});
