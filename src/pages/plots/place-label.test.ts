import { expect, test } from 'vitest';
import { placeLabel } from './place-label.js';

test('a name stands to the right, and elsewhere where that covers something', () => {
  expect(placeLabel('name', 150, 100, 5, [])).toMatchObject({ anchor: 'start' });
  const beside = { left: 156, right: 200, top: 94, bottom: 110 };
  expect(placeLabel('name', 150, 100, 5, [beside])).toMatchObject({ anchor: 'end' });
  const around = { left: 100, right: 144, top: 94, bottom: 110 };
  expect(placeLabel('name', 150, 100, 5, [beside, around])).toMatchObject({ anchor: 'middle', y: 90 });
});

test('a name does not leave the picture', () => {
  expect(placeLabel('a long name', 310, 100, 5, [])).toMatchObject({ anchor: 'end' });
});

test('placed names are in the way of later ones', () => {
  const taken: Parameters<typeof placeLabel>[4] = [];
  placeLabel('first', 150, 100, 5, taken);
  expect(taken.length).toBe(1);
  expect(placeLabel('second', 150, 101, 5, taken)).toMatchObject({ anchor: 'end' });
});

test('a long name at the edge is moved into the picture, away from what is there', () => {
  const wall = { left: 0, right: 320, top: 80, bottom: 105 };
  const { x, y, anchor } = placeLabel('a name of 20 letters', 300, 100, 5, [wall]);
  expect(anchor).toBe('middle');
  expect(x + (6 * 20) / 2).toBeLessThanOrEqual(320);
  expect(y - 9).toBeGreaterThanOrEqual(105);
});
