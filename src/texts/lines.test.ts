import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitLines } from './lines.js';

async function linesOf(pieces: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const more of splitLines(
    (async function* () {
      yield* pieces;
    })(),
  )) {
    lines.push(...more.map(({ text, isUtf8 }) => (isUtf8 ? text : `not UTF-8: ${text}`)));
  }
  return lines;
}

describe('splitLines', () => {
  test('leaves out line breaks and the byte order mark', async () => {
    expect(await linesOf([Buffer.from('\uFEFFa\r\n\nb\uFEFF\nc')])).toEqual(['a', '', 'b\uFEFF', 'c']);
    expect(await linesOf([Buffer.from('a\n')])).toEqual(['a']);
    expect(await linesOf([])).toEqual([]);
  });

  test('breaks lines at line feeds alone', async () => {
    expect(await linesOf([Buffer.from('a\u2028b\u2029c\rd\u0085e\r\nf')])).toEqual(['a\u2028b\u2029c\rd\u0085e', 'f']);
  });

  test('what is not UTF-8 is replaced, and its line is marked', async () => {
    const pieces = [Buffer.from('a\nb'), Buffer.from([0xff, 10, 99])];
    expect(await linesOf(pieces)).toEqual(['a', 'not UTF-8: b\uFFFD', 'c']);
    expect(await linesOf([Buffer.from([0xc3]), Buffer.from([0xbc, 10])])).toEqual(['ü']);
  });

  test('gives the same lines wherever the bytes are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ß', '€', '😀', '\n', '\r\n', ' '), maxLength: 40 });
    const cuts = fc.array(fc.nat(120), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(text, cuts, async (content, places) => {
        const bytes = Buffer.from(content);
        const ends = [...places, bytes.length].filter((end) => end <= bytes.length).sort((a, b) => a - b);
        const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
        const expected = content.split(/\r?\n/);
        expect(await linesOf(pieces)).toEqual(expected.at(-1) === '' ? expected.slice(0, -1) : expected);
      }),
    );
  });
});
