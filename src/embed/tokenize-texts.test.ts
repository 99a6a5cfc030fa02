import type { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { asGiven, encodeAll, tokenizeTexts } from './tokenize-texts.js';

const [begin, end, padding] = [101, 102, 0];

/** Takes every letter for a token; refuses texts with "!". Notes how many texts it gets at once. */
function libraryLike(sizes: number[] = []): Tokenizer {
  const encoded = (text: string, special = true) => {
    if (text.includes('!')) {
      throw new Error('it cannot be read');
    }
    const ids = Array.from(text, (letter) => letter.charCodeAt(0));
    return { getIds: () => (special ? [begin, ...ids, end] : ids) };
  };
  return {
    encodeBatch: async (texts: string[], options?: { readonly addSpecialTokens?: boolean }) => {
      sizes.push(texts.length);
      return texts.map((text) => encoded(text, options?.addSpecialTokens));
    },
    encode: async (text: string, _pair: null, options?: { readonly addSpecialTokens?: boolean }) =>
      encoded(text, options?.addSpecialTokens),
  } as unknown as Tokenizer;
}

type Options = Partial<Parameters<typeof tokenizeTexts>[1]>;

async function rowsOf(texts: string[], options: Options = {}, maxTokens = 5) {
  const loaded = {
    library: async () => libraryLike(),
    frame: { before: [begin], behind: [end] },
    settings: { maxTokens, padTokenId: padding, lowerCase: false },
  } as unknown as Parameters<typeof tokenizeTexts>[0];
  const asked = { texts, prompt: '', overLong: 'truncate', truncationSide: 'right', overlap: 0, lanes: 1, ...options };
  const part = await tokenizeTexts(loaded, asked as Parameters<typeof tokenizeTexts>[1]);
  const rows = Array.from({ length: part.offsets.length - 1 }, (_, row) =>
    Array.from(part.ids.subarray(part.offsets[row], part.offsets[row + 1]), (id) =>
      id === begin ? '<' : id === end ? '>' : id === padding ? '_' : String.fromCharCode(id),
    ).join(''),
  );
  return { rows, rowOffsets: Array.from(part.rowOffsets), lengths: Array.from(part.lengths), failures: part.failures };
}

describe('texts become rows', () => {
  test('with the prompt, without the space around them', async () => {
    expect(await rowsOf([' ab\n', '', 'x'], { prompt: 'q' }, 9)).toMatchObject({
      rows: ['<q ab>', '<q>', '<qx>'],
      rowOffsets: [0, 1, 2, 3],
      lengths: [6, 3, 4],
      failures: [],
    });
  });

  test.each([
    ['right', '<abc>'],
    ['left', '<xyz>'],
  ] as const)('over-long ones lose their %s end', async (truncationSide, row) => {
    expect(await rowsOf(['abcxyz'], { truncationSide })).toMatchObject({ rows: [row], lengths: [8] });
  });

  test('over-long ones fail where that is wanted, and the others do not', async () => {
    const { rows, lengths, failures } = await rowsOf(['a', 'abcdx', 'b'], { overLong: 'error' });
    expect([rows, lengths]).toEqual([
      ['<a>', '_', '<b>'],
      [3, 7, 3],
    ]);
    expect(failures).toEqual([{ index: 1, code: 'TEXT_TOO_LONG', details: { index: 1, tokens: 7, maxTokens: 5 } }]);
  });

  test('over-long ones become windows, each with the prompt', async () => {
    const { rows, rowOffsets } = await rowsOf(['abcx', 'z'], { overLong: 'chunk', prompt: 'q', overlap: 1 });
    expect(rows).toEqual(['<qab>', '<qbc>', '<qcx>', '<qz>']);
    expect(rowOffsets).toEqual([0, 3, 4]);
  });

  test('one that cannot be read is told, and has a row that nobody looks at', async () => {
    const { rows, failures } = await rowsOf(['a', 'no!', 'b']);
    expect(rows).toEqual(['<a>', '_', '<b>']);
    expect(failures).toEqual([{ index: 1, code: 'TEXT_INVALID', details: { index: 1, why: 'it cannot be read' } }]);
  });
});

test.each([
  [' A\u00a0', false, 'A'],
  [' A ', true, 'a'],
  ['\ufeffA', false, '\ufeffA'],
  ['\u001cÄ', true, 'ä'],
])('%j is given to the tokenizer as sentence-transformers does', (text, lowerCase, given) => {
  expect(asGiven(text, { lowerCase })).toBe(given);
});

describe('texts are shared among lanes', () => {
  test.each([
    [5, 1, [5]],
    [5, 2, [3, 2]],
    [4, 4, [1, 1, 1, 1]],
    [2, 4, [1, 1]],
    [0, 3, []],
  ])('%d texts in %d lanes: %j', async (count, lanes, expected) => {
    const sizes: number[] = [];
    const texts = Array.from({ length: count }, (_, i) => String.fromCharCode(65 + i));
    const encoded = await encodeAll(libraryLike(sizes), texts, lanes, { addSpecialTokens: false });
    expect(sizes).toEqual(expected);
    expect(encoded.map((one) => ('ids' in one ? String.fromCharCode(...one.ids) : 'failed'))).toEqual(texts);
  });
});
