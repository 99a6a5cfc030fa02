import type { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { decode, spell } from './spell.js';

/** Takes every Unicode character for a token, with a special one before; counts places in characters. */
const tokenizer = {
  encode: async (text: string, _pair: null, { addSpecialTokens }: { readonly addSpecialTokens: boolean }) => {
    if (text.includes('!')) {
      throw new Error('it cannot be read');
    }
    const characters = [...text];
    const before = addSpecialTokens ? ['[CLS]'] : [];
    return {
      getIds: () => [...before.map(() => 101), ...characters.map((_, i) => i)],
      getTokens: () => [...before, ...characters],
      getSpecialTokensMask: () => [...before.map(() => 1), ...characters.map(() => 0)],
      getOffsets: () => [...before.map(() => [0, 0]), ...characters.map((_, i) => [i, i + 1])],
    };
  },
  idToToken: (id: number) => (id < 3 ? 'abc'[id] : null),
  decodeBatch: async (lists: number[][]) => lists.map((ids) => ids.map((id) => 'abc'[id]).join('')),
} as unknown as Tokenizer;

const same = (text: string) => text;

describe('tokens of a text', () => {
  test('have their places in UTF-16, whatever comes before them', async () => {
    const [{ text, tokens }] = await spell(tokenizer, { texts: ['😀é'], prompt: 'q', addSpecialTokens: true }, same);
    expect(text).toBe('q😀é');
    expect(tokens.map(({ token, special, start, end }) => [token, special, start, end])).toEqual([
      ['[CLS]', true, 0, 0],
      ['q', false, 0, 1],
      ['😀', false, 1, 3],
      ['é', false, 3, 4],
    ]);
    for (const { token, special, start, end } of tokens) {
      expect(special || text.slice(start, end) === token).toBe(true);
    }
  });

  test('are those of the text as it is given to the tokenizer', async () => {
    const upper = (text: string) => text.toUpperCase();
    const [{ text, tokens }] = await spell(tokenizer, { texts: ['ab'], prompt: '', addSpecialTokens: false }, upper);
    expect([text, tokens.map(({ token }) => token)]).toEqual(['AB', ['A', 'B']]);
  });

  test('may be none', async () => {
    expect(await spell(tokenizer, { texts: [], prompt: 'p', addSpecialTokens: true }, same)).toEqual([]);
    expect(await spell(tokenizer, { texts: [''], prompt: '', addSpecialTokens: false }, same)).toEqual([
      { text: '', tokens: [] },
    ]);
  });

  test('a text that cannot be read is named by its place', async () => {
    const spelling = spell(tokenizer, { texts: ['a', 'b!'], prompt: '', addSpecialTokens: true }, same);
    await expect(spelling).rejects.toMatchObject({
      code: 'TEXT_INVALID',
      details: { index: 1, why: 'it cannot be read' },
    });
  });
});

describe('ids put together', () => {
  test('are texts, each from its own list', async () => {
    expect(await decode(tokenizer, { ids: [[0, 2], [], [1]], skipSpecialTokens: true })).toEqual(['ac', '', 'b']);
  });

  test('that the vocabulary does not have are refused', async () => {
    await expect(decode(tokenizer, { ids: [[0], [1, 7]], skipSpecialTokens: true })).rejects.toMatchObject({
      code: 'TEXT_INVALID',
      details: { index: 1, why: 'the vocabulary has no token with the id 7' },
    });
  });
});
