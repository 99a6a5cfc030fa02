import { expect, test } from 'vitest';
import { placesOfTexts } from './places-of-texts.js';

test('ten places are named, and the others counted', () => {
  expect(placesOfTexts([3])).toBe('text 3');
  expect(placesOfTexts([3, 17])).toBe('texts 3, 17');
  const places = Array.from({ length: 12 }, (_, i) => i);
  expect(placesOfTexts(places.slice(0, 10))).toBe('texts 0, 1, 2, 3, 4, 5, 6, 7, 8, 9');
  expect(placesOfTexts(places)).toBe('texts 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more');
});
