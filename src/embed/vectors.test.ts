import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { averageWindows } from './average-windows.js';
import { shortenVectors } from './shorten-vectors.js';
import { Vectors } from './vectors.js';

describe('Vectors', () => {
  const block = { columns: 2, tokenCounts: Int32Array.of(5, 6), truncated: 0, failures: [] };
  const vectors = new Vectors({ ...block, data: Float32Array.of(0.1, 2, 3, 4) });
  const [first, second] = [Float32Array.of(0.1, 2), Float32Array.of(3, 4)];

  test('are an array of Float32Array', () => {
    expect(Array.isArray(vectors)).toBe(true);
    expect(vectors).toHaveLength(2);
    expect(vectors[0]).toEqual(first);
    expect(vectors[1]).toEqual(second);
    expect(vectors[2]).toBeUndefined();
    expect(vectors.at(-1)).toEqual(second);
    expect([...vectors]).toEqual([first, second]);
    const [, last] = vectors;
    expect(last).toEqual(second);
    expect(Object.keys(vectors)).toEqual(['0', '1']);
    expect(vectors).toEqual([first, second]);
  });

  test('are views of one block of memory', () => {
    expect(vectors.every(({ buffer }) => buffer === vectors.data.buffer)).toBe(true);
    expect(vectors[1].byteOffset).toBe(8);
  });

  test('have the methods of arrays, which give plain ones', () => {
    expect(vectors.map(([x]) => x > 1)).toEqual([false, true]);
    expect(vectors.filter(([x]) => x > 1)).toEqual([second]);
    expect(Object.getPrototypeOf(vectors.slice(1))).toBe(Array.prototype);
    expect(vectors.findIndex(([x]) => x === 3)).toBe(1);
    expect(vectors.concat([first])).toHaveLength(3);
  });

  test('are written to JSON with as few digits as give the same numbers', () => {
    expect(JSON.stringify(vectors)).toBe('[[0.1,2],[3,4]]');
    expect(JSON.stringify({ vectors })).toBe('{"vectors":[[0.1,2],[3,4]]}');
    const failure = { index: 1, error: new OctavecError('TEXT_INVALID', { index: 1, why: 'it is null' }) };
    const failed = new Vectors({ ...block, data: Float32Array.of(1, 2, Number.NaN, Number.NaN), failures: [failure] });
    expect(JSON.stringify(failed)).toBe('[[1,2],null]');
  });

  test('can be sent to another thread', () => {
    expect(structuredClone(vectors)).toEqual([first, second]);
  });

  test('cannot be changed', () => {
    expect(() => vectors.push(first)).toThrow(TypeError);
    expect(() => vectors.reverse()).toThrow(TypeError);
  });

  test('of no texts are an empty array', () => {
    const none = new Vectors({ ...block, data: new Float32Array(), tokenCounts: new Int32Array() });
    expect(none).toHaveLength(0);
    expect(JSON.stringify(none)).toBe('[]');
  });
});

describe('averageWindows', () => {
  test('weighs windows by their tokens and leaves single rows as they are', () => {
    const rows = Float32Array.of(1, 0, 0, 1, 3, 4);
    const tokens = { rowOffsets: Int32Array.of(0, 2, 3), offsets: Int32Array.of(0, 3, 4, 9) };
    expect(Array.from(averageWindows(rows, tokens, 2, false))).toEqual([0.75, 0.25, 3, 4]);
    const [x, y, ...second] = averageWindows(rows, tokens, 2, true);
    expect(Math.hypot(x, y)).toBeCloseTo(1, 6);
    expect(x / y).toBeCloseTo(3, 5);
    expect(second).toEqual([3, 4]);
  });
});

describe('shortenVectors', () => {
  const matrix = { data: Float32Array.of(3, 4, 12, 0, 0, 5), rows: 2, columns: 3 };

  test('cuts and scales to length 1 again', () => {
    const shorter = Array.from(shortenVectors(matrix, 2, true));
    [0.6, 0.8, 0, 0].forEach((value, i) => {
      expect(shorter[i]).toBeCloseTo(value, 6);
    });
    expect(Array.from(shortenVectors(matrix, 2, false))).toEqual([3, 4, 0, 0]);
  });

  test.each([0, 4, 1.5, Number.NaN])('refuses %s dimensions', (dimensions) => {
    expect(() => shortenVectors(matrix, dimensions, true)).toThrow(/Ask for 1 to 3/);
  });
});
