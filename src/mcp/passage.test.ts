import { expect, test } from 'vitest';
import type { StoredChunk } from '../search/index.js';
import { passageOf } from './passage.js';

const chunk = (text: string, headings?: readonly string[]): StoredChunk => ({
  ...{ id: 'a#1', document: 'a', metadata: {}, text },
  ...(headings && { headings }),
});

test('each heading stands where its section begins', () => {
  const chunks = [chunk('Before.'), chunk('First.', ['Guide', 'Install']), chunk('Second.', ['Guide', 'Install'])];
  expect(passageOf(chunks, false)).toBe('Before.\n\nGuide › Install\nFirst.\n\nSecond.');
});

test('what neighbours share stands there once', () => {
  const chunks = [chunk('One. Two.'), chunk('Two. Three.'), chunk('Four.')];
  expect(passageOf(chunks, true)).toBe('One. Two.\n\nThree.\n\nFour.');
  expect(passageOf(chunks, false)).toBe('One. Two.\n\nTwo. Three.\n\nFour.');
});

test('sections share nothing, whatever their texts are', () => {
  expect(passageOf([chunk('Same.', ['A']), chunk('Same.', ['B'])], true)).toBe('A\nSame.\n\nB\nSame.');
});
