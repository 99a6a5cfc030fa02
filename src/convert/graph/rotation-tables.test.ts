import { describe, expect, test } from 'vitest';
import { rotationTables } from './rotation-tables.js';

const close = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 6));
/** Frequencies that fall from 1. */
const turning = (count: number) => ({ base: 2, frequencies: Float32Array.from({ length: count }, (_, i) => 2 ** -i) });

describe('tables of a rotation', () => {
  test('hold cosine and sine of position times frequency', () => {
    const { cos, sin } = rotationTables({ base: 1, frequencies: Float32Array.of(Math.PI / 2, 0) }, 3);
    expect([...cos]).toEqual(close([1, 1, 0, 1, -1, 1]));
    expect([...sin]).toEqual(close([0, 0, 1, 0, 0, 0]));
  });

  test('turn and do not stretch', () => {
    const { cos, sin } = rotationTables(turning(32), 50);
    expect(cos).toHaveLength(50 * 32);
    expect(cos.every((value, i) => Math.abs(value ** 2 + sin[i] ** 2 - 1) < 1e-6)).toBe(true);
  });

  test('of no tokens are empty', () => {
    expect(rotationTables(turning(2), 0)).toEqual({
      cos: new Float32Array(),
      sin: new Float32Array(),
    });
  });
});
