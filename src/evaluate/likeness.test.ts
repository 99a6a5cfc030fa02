import { expect, test } from 'vitest';
import { measureLikeness } from './likeness.js';

/** Points of the plane by their angles, no two of which are equally far apart, and the same turned into space. */
const angles = [0, 0.11, 0.47, 0.93, 1.58, 2.13, 2.27, 3.02];
const plane = {
  data: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
  rows: angles.length,
  columns: 2,
};
const space = {
  data: Float32Array.from(angles.flatMap((angle) => [0, -3 * Math.sin(angle), 3 * Math.cos(angle)])),
  rows: angles.length,
  columns: 3,
};

test('is whole where all similarities are the same, whatever the directions, lengths and widths', async () => {
  const { texts, spearman, k, topKOverlap } = await measureLikeness(plane, space);
  expect([texts, k, topKOverlap]).toEqual([8, 7, 1]);
  expect(spearman).toBeCloseTo(1, 6);
});

test('falls where texts change places', async () => {
  const data = space.data.slice();
  data.set(space.data.subarray(0, 3), 15);
  data.set(space.data.subarray(15, 18), 0);
  expect((await measureLikeness(plane, { ...space, data })).spearman).toBeLessThan(0.9);
});

test('counts vectors that are not finite, and those without length', async () => {
  const data = space.data.slice();
  data[4] = Number.NaN;
  data.fill(0, 6, 9);
  const { nonFinite, zero, spearman } = await measureLikeness(plane, { ...space, data });
  expect(nonFinite).toEqual({ original: 0, candidate: 1 });
  expect(zero).toEqual({ original: 0, candidate: 1 });
  expect(spearman).toBeNaN();
});
