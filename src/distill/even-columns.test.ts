import { expect, test } from 'vitest';
import { bagsOf } from './bags.js';
import { evenedColumns } from './even-columns.js';

/** Three tokens, a text of each. */
const bags = bagsOf({ ids: Int32Array.of(0, 1, 2), offsets: Int32Array.of(0, 1, 2, 3) }, 4);
const far = 0.99;
const near = Math.sqrt(1 - far * far);

test('columns along which all texts are large are held back, as a power of their size', () => {
  const vectors = Float32Array.of(far, near, 0, far, -near, 0, far, near, 0, 5, 5, 5);
  const evened = evenedColumns(bags, vectors, 3);
  expect(evened[0] / far).toBeCloseTo(far ** -0.25, 5);
  expect(evened[1] / near).toBeCloseTo(near ** -0.25, 5);
  // Tokens of no text go along; a column that says nothing stays.
  expect([evened[9] / 5, evened[11]]).toEqual([expect.closeTo(far ** -0.25, 5), 5]);
});

test('lengths of texts do not count, and texts without length neither', () => {
  const vectors = Float32Array.of(far, near, 9 * far, -9 * near, 0, 0, 1, 1);
  const evened = evenedColumns(bags, vectors, 2);
  const share = (value: number) => (2 / 3) * value ** 2;
  expect(evened[6]).toBeCloseTo(share(far) ** -0.125, 5);
  expect(evened.every(Number.isFinite)).toBe(true);
});

test('columns that are all alike are all scaled alike: directions stay', () => {
  const vectors = Float32Array.of(1, 1, -1, 1, 1, -1, 2, 0);
  const evened = evenedColumns(bags, vectors, 2);
  for (let i = 0; i < vectors.length; i++) {
    expect(evened[i]).toBeCloseTo(vectors[i] * 0.5 ** -0.125, 5);
  }
});

test('no texts say nothing: vectors stay', () => {
  const none = bagsOf({ ids: Int32Array.of(), offsets: Int32Array.of(0) }, 2);
  const vectors = Float32Array.of(1, 2, 3, 4);
  expect(evenedColumns(none, vectors, 2)).toEqual(vectors);
  expect(evenedColumns(none, vectors, 2)).not.toBe(vectors);
});
