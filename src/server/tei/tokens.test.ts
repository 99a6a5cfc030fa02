import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Embedder } from '../../embed/index.js';
import { teiTokens } from './tokens.js';

/** Cuts texts into single characters, with a special token before them. */
const embedder = {
  tokens: async (texts: readonly string[]) =>
    texts.map((text) => {
      let start = 0;
      const characters = [...text].map((token, id) => {
        start += token.length;
        return { id, token, special: false, start: start - token.length, end: start };
      });
      return { text, tokens: [{ id: 101, token: '[CLS]', special: true, start: 0, end: 0 }, ...characters] };
    }),
} as unknown as Embedder;

test('special tokens have no place, others that of their bytes', async () => {
  expect(await teiTokens(embedder, ['aé€😀z', ''], {})).toEqual([
    [
      { id: 101, text: '[CLS]', special: true, start: null, stop: null },
      { id: 0, text: 'a', special: false, start: 0, stop: 1 },
      { id: 1, text: 'é', special: false, start: 1, stop: 3 },
      { id: 2, text: '€', special: false, start: 3, stop: 6 },
      { id: 3, text: '😀', special: false, start: 6, stop: 10 },
      { id: 4, text: 'z', special: false, start: 10, stop: 11 },
    ],
    [{ id: 101, text: '[CLS]', special: true, start: null, stop: null }],
  ]);
});

test('the bytes between two places are the text of the token, whatever the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 30 }), async (text) => {
      const bytes = Buffer.from(text);
      const [tokens] = await teiTokens(embedder, [text], {});
      for (const { text: token, special, start, stop } of tokens) {
        if (!special) {
          expect(bytes.subarray(start as number, stop as number).toString()).toBe(token);
        }
      }
      expect(tokens.at(-1)?.stop ?? 0).toBe(bytes.length);
    }),
  );
});
