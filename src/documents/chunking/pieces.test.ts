import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, BlockKind } from '../document.js';
import { type CountTokens, lineBreaks, piecesOf } from './pieces.js';

/** Words count as tokens, and of each word every four characters do. */
const count: CountTokens = async (texts) =>
  texts.map((text) => text.split(/\s+/).reduce((sum, word) => sum + Math.ceil(word.length / 4), 0));

const cut = async (text: string, budget: number, kind: BlockKind = 'prose') =>
  (await piecesOf({ kind, text }, budget, count)).map(({ start, end }) => text.slice(start, end));

describe('a block is cut', () => {
  test.each<[BlockKind, string, number, readonly string[]]>([
    ['prose', 'It is. Is it? Yes!', 10, ['It is. ', 'Is it? ', 'Yes!']],
    ['prose', 'No end', 10, ['No end']],
    ['code', 'a = 1. b = 2.\nc = 3\n', 10, ['a = 1. b = 2.\n', 'c = 3\n']],
    ['table', 'a | b\n\nc | d', 10, ['a | b\n', '\n', 'c | d']],
    ['code', 'one two six ten', 2, ['one ', 'two ', 'six ', 'ten']],
  ])('%s: %j into pieces of %i', async (kind, text, budget, expected) => {
    expect(await cut(text, budget, kind)).toEqual(expected);
  });

  test('within a word only where that alone is too long, and never within a character', async () => {
    const pieces = await cut('😀'.repeat(20), 2);
    expect(pieces.join('')).toBe('😀'.repeat(20));
    expect(pieces.some((piece) => /\p{Surrogate}/u.test(piece))).toBe(false);
    expect(pieces.length).toBeGreaterThan(4);
  });

  test('and ends, where one character is over the budget', async () => {
    const many: CountTokens = async (texts) => texts.map(({ length }) => 5 * length);
    const pieces = await piecesOf({ kind: 'prose', text: 'abc' }, 2, many);
    expect(pieces.map(({ start, end, tokens }) => [start, end, tokens])).toEqual([
      [0, 1, 5],
      [1, 2, 5],
      [2, 3, 5],
    ]);
  });

  test('at line breaks first where it is very long', async () => {
    const line = `${'word '.repeat(1000)}\n`;
    expect((await cut(line.repeat(3), 1e6)).join('|')).toBe([line, line, line].join('|'));
  });

  test('with nothing lost or doubled, each piece within the budget, and its line breaks counted', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'bc', ' ', '\n', '. ', 'Ü', '😀', 'long-word'),
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom<BlockKind>('prose', 'code'),
        async (whole, budget, kind) => {
          const block: Block = { kind, text: whole };
          const pieces = await piecesOf(block, budget, count);
          expect(pieces.map(({ start, end }) => whole.slice(start, end)).join('')).toBe(whole);
          for (const { start, end, tokens, linesBefore } of pieces) {
            expect(tokens <= budget || end - start <= 2).toBe(true);
            expect(linesBefore).toBe(whole.slice(0, start).split('\n').length - 1);
          }
        },
      ),
    );
  });
});

test.each([
  ['', 0, 0, 0],
  ['a\nb\nc', 0, 5, 2],
  ['a\nb\nc', 1, 2, 1],
  ['a\nb\nc', 2, 3, 0],
  ['\n\n', 0, 1, 1],
])('%j has from %i to %i %i line breaks', (text, start, end, breaks) => {
  expect(lineBreaks(text, start, end)).toBe(breaks);
});
