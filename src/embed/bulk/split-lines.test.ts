import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitLines } from './split-lines.js';

async function linesOf(pieces: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const more of splitLines(
    (async function* () {
      yield* pieces;
    })(),
  )) {
    lines.push(...more);
  }
  return lines;
}

describe('splitLines', () => {
  test('leaves out line breaks and the byte order mark', async () => {
    expect(await linesOf([Buffer.from('\uFEFFa\r\n\nb\uFEFF\nc')])).toEqual(['a', '', 'b\uFEFF', 'c']);
    expect(await linesOf([Buffer.from('a\n')])).toEqual(['a']);
    expect(await linesOf([])).toEqual([]);
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
