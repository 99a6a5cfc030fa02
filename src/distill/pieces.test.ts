import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piecesOf } from './pieces.js';

const sentence = `${'word '.repeat(40)}end.`;

test('long texts are cut at ends of sentences', () => {
  expect(piecesOf([`${sentence} ${sentence} ${sentence}`])).toEqual([`${sentence} ${sentence}`, sentence]);
  expect(piecesOf([`${sentence}\n\n${sentence}\n\n${sentence}`])).toEqual([`${sentence} ${sentence}`, sentence]);
});

test('empty and repeated ones are left out', () => {
  expect(piecesOf(['One. Two.', '', '  ', 'One. Two.', ' \n\n '])).toEqual(['One. Two.']);
});

test('no space stands behind a sentence in Chinese and Japanese', () => {
  const chinese = `${'字'.repeat(249)}。`;
  expect(piecesOf([chinese.repeat(3)])).toEqual([chinese]);
});

test('sentences without an end are cut between words, and words without an end anywhere', () => {
  const words = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ');
  const pieces = piecesOf([words]);
  expect(pieces.join(' ')).toBe(words);
  expect(pieces.every(({ length }) => (length > 440 && length <= 450) || length === pieces.at(-1)?.length)).toBe(true);
  const digits = Array.from({ length: 1000 }, (_, i) => 'abcdefg'[(i * i) % 7]).join('');
  expect(piecesOf([`${digits}!`]).map(({ length }) => length)).toEqual([450, 450, 101]);
});

test('pairs of surrogates stay whole', () => {
  expect(piecesOf([`a${'😀'.repeat(300)}`]).join('')).not.toMatch(/[\ud800-\udfff]/u);
});

test('no piece is longer than the limit, whatever the sentences', () => {
  const part = fc.tuple(fc.integer({ min: 1, max: 460 }), fc.constantFrom('. ', '? ', '。', '\n\n', ' ', '.\n \n\n'));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
      const text = parts.map(([length, end], i) => 'abcdefgh'[i].repeat(length) + end).join('');
      const pieces = piecesOf([text]);
      expect(pieces.every((piece) => piece.length <= 450 && piece === piece.trim())).toBe(true);
      expect(pieces.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});

test('blank lines leave no space behind, so that the same texts are the same', () => {
  expect(piecesOf(['One', 'One\n\n', '\n\nOne', 'One\n\n  \n\n'])).toEqual(['One']);
  expect(piecesOf(['One\n\n  \n\nTwo'])).toEqual(['One Two']);
});

test('two sentences that fill a piece but for the space between them are two', () => {
  const [a, b] = [`${'a'.repeat(224)}.`, `${'b'.repeat(224)}.`];
  expect(piecesOf([`${a} ${b}`])).toEqual([a, b]);
  expect(piecesOf([`${a} ${b.slice(1)}`])).toEqual([`${a} ${b.slice(1)}`]);
});
