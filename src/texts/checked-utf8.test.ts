import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedUtf8 } from './checked-utf8.js';

async function* piecesOf(pieces: readonly Uint8Array[]) {
  yield* pieces;
}

async function decoded(pieces: readonly Uint8Array[], onBadLine?: () => void): Promise<string> {
  let text = '';
  for await (const part of checkedUtf8(piecesOf(pieces), onBadLine)) {
    text += part;
  }
  return text;
}

test('a character that is cut between pieces is whole', async () => {
  for (const character of ['é', '€', '😀']) {
    const bytes = Buffer.from(`a${character}b`);
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect(await decoded(single)).toBe(`a${character}b`);
  }
});

test('gives the text, wherever the bytes are cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ß', '€', '😀', '\n', '\r'), maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(90), { maxLength: 8 }), async (content, places) => {
      const bytes = Buffer.from(content);
      const ends = [...places.filter((place) => place < bytes.length), bytes.length].sort((a, b) => a - b);
      expect(await decoded(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)))).toBe(content);
    }),
  );
});

describe('what is not UTF-8', () => {
  test.each([
    ['a byte alone', [0xff], 1],
    ['a continuation without a beginning', [0x80], 1],
    ['a beginning without a continuation', [0x61, 10, 0xc3, 10, 0x61], 2],
    ['half a character at the end', [10, 10, 0xe2, 0x82], 3],
    ['the half of a surrogate pair', [0xed, 0xa0, 0x80], 1],
    ['two bytes for what one byte says', [0xc0, 0xaf], 1],
  ])('%s is refused by its line', async (_, bytes, line) => {
    await expect(decoded([Uint8Array.from(bytes)])).rejects.toThrow(new RegExp(`^line ${line} is not UTF-8`));
    await expect(decoded(bytes.map((byte) => Uint8Array.of(byte)))).rejects.toThrow(`line ${line} is not UTF-8`);
  });

  test('is replaced where one asks for it, and counted once a line', async () => {
    let bad = 0;
    const bytes = Buffer.from([0x61, 0xff, 0x62, 0xff, 10, 0x63, 10, 0xfe]);
    expect(await decoded([bytes], () => bad++)).toBe('a\uFFFDb\uFFFD\nc\n\uFFFD');
    expect(bad).toBe(2);
  });

  test('is counted once a line also where the line comes in pieces', async () => {
    let bad = 0;
    await decoded([Buffer.from([0x61, 0xff]), Buffer.from([0xff, 0x62]), Buffer.from([10, 0x63])], () => bad++);
    expect(bad).toBe(1);
  });
});

test('nothing is the empty text', async () => {
  expect(await decoded([])).toBe('');
  expect(await decoded([new Uint8Array(), new Uint8Array()])).toBe('');
});
