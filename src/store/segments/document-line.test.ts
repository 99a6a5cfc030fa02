import { expect, test } from 'vitest';
import { checkedLine, chunkLine } from './document-line.js';

const document = { id: 'a.md', hash: 'h', chunks: 2, metadata: { lang: 'en' } };
const lines = [chunkLine({ text: 'one' }), chunkLine({ text: 'two' })];
const check = checkedLine(document, lines).check;

test('a chunk is one line, whatever its text', () => {
  const text = 'a\nb\r\nc\u2028d "e" \\ \0 \ud800 😀';
  const line = chunkLine({ text, headings: ['x\ny'], lines: [1, 2], page: 3 });
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(JSON.parse(line.toString())).toEqual({ text, headings: ['x\ny'], lines: [1, 2], page: 3 });
  expect(chunkLine({ text: 'x' }).toString()).toBe('{"text":"x"}\n');
});

test('the checksum is that of what stands there, and is made again from it', () => {
  const line = checkedLine(document, lines);
  expect(line).toEqual({ ...document, check: expect.stringMatching(/^[0-9a-f]{16}$/) });
  const read = JSON.parse(JSON.stringify(line));
  expect(
    checkedLine(
      read,
      lines.map((one) => Buffer.from(one)),
    ).check,
  ).toBe(check);
});

test.each([
  ['id', { ...document, id: 'b.md' }, lines],
  ['hash', { ...document, hash: 'i' }, lines],
  ['number of chunks', { ...document, chunks: 1 }, lines],
  ['metadata', { ...document, metadata: { lang: 'de' } }, lines],
  ['chunks', document, [lines[0]]],
  ['order of chunks', document, [lines[1], lines[0]]],
  ['text of a chunk', document, [lines[0], chunkLine({ text: 'Two' })]],
])('another %s has another checksum', (_, other, chunks) => {
  expect(checkedLine(other, chunks).check).not.toBe(check);
});
