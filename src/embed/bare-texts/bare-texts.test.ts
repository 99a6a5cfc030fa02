import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StaticReading } from '../../model/index.js';
import { readBareTexts } from './bare-texts.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-bare-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function reader(tokenizer: object, reading: StaticReading, maxTokens = 2) {
  const path = join(folder, 'tokenizer.json');
  await writeFile(path, JSON.stringify(tokenizer));
  return readBareTexts(path, reading, maxTokens);
}

const ofVocabulary = (...tokens: string[]) => ({
  model: { type: 'WordPiece', unk_token: '[UNK]', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) },
});

describe('for model2vec a text is cut to as many characters as its tokens have, mostly', () => {
  test.each([
    [['a', 'bcd', 'efghi'], 'x'.repeat(9), 6],
    [['a', 'bcd'], 'x'.repeat(9), 4],
    [['ab', 'bcde', 'c', 'defg'], 'x'.repeat(9), 6],
    [['a', 'bcd', 'efghi'], 'x'.repeat(6), 6],
    [['é', '😀😀😀'], '😀'.repeat(9), 8],
  ])('of the vocabulary %j: %j to %d', async (tokens, text, length) => {
    const { shortened } = await reader(ofVocabulary(...tokens), 'model2vec');
    expect(shortened(text)).toBe(text.slice(0, length));
  });

  test('counted in characters, so that none is cut in half', async () => {
    const { shortened } = await reader(ofVocabulary('abc'), 'model2vec', 1);
    expect(shortened('a😀b😀')).toBe('a😀b');
    expect(shortened('😀😀')).toBe('😀😀');
  });

  test('tokens that were added count, each once', async () => {
    const added = { ...ofVocabulary('a'), added_tokens: [{ content: 'a' }, { content: 'abcde' }] };
    // The median of 1 and 5.
    expect((await reader(added, 'model2vec', 1)).shortened('x'.repeat(9))).toBe('xxx');
  });

  test('the vocabulary of a Unigram model is a list', async () => {
    const unigram = {
      model: {
        type: 'Unigram',
        vocab: [
          ['ab', -1],
          ['cdef', -2],
          ['gh', -3],
        ],
      },
    };
    expect((await reader(unigram, 'model2vec', 3)).shortened('x'.repeat(9))).toBe('xxxxxx');
  });
});

describe('tokens that count', () => {
  test('are for model2vec those that are known', async () => {
    const { counted } = await reader(ofVocabulary('[UNK]', 'a', 'b'), 'model2vec');
    expect(counted([1, 0, 2, 0])).toEqual([1, 2]);
    expect(counted([0])).toEqual([]);
    const known = [1, 2];
    expect(counted(known)).toBe(known);
  });

  test('are for sentence-transformers all, of texts that are not cut', async () => {
    const { counted, shortened } = await reader(ofVocabulary('[UNK]', 'a'), 'sentence-transformers', 1);
    expect(counted([0, 1])).toEqual([0, 1]);
    expect(shortened('x'.repeat(1000))).toHaveLength(1000);
  });
});
