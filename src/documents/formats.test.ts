import { describe, expect, test } from 'vitest';
import { documentFormat, readerOf } from './formats.js';

test.each([
  ['a.md', 'markdown'],
  ['docs/A.MD', 'markdown'],
  ['a.b.txt', 'text'],
  ['index.html', 'html'],
  ['a.pdf', 'pdf'],
  ['a.docx', 'docx'],
  ['rows.jsonl', 'rows'],
  ['a.TSV', 'rows'],
  ['main.rs', 'code'],
  ['a.d.ts', 'code'],
  ['package.json', 'code'],
  ['a', undefined],
  ['.md', undefined],
  ['a.', undefined],
  ['a.md~', undefined],
  ['a.constructor', undefined],
  ['folder.md/a', undefined],
])('%s is read as %s', (path, format) => {
  expect(documentFormat(path)).toBe(format);
});

describe('text of a file', () => {
  const blocks = async (content: Buffer) => (await (await readerOf('text'))(content)).blocks;

  test('loses its byte order mark', async () => {
    expect(await blocks(Buffer.from('\ufeffword'))).toEqual([{ kind: 'prose', text: 'word', lines: [1, 1] }]);
  });

  test.each([
    ['zero bytes', Buffer.from('a\0b'), 'it is not text (it holds zero bytes)'],
    ['UTF-16', Buffer.from('word', 'utf16le'), 'it is not text (it holds zero bytes)'],
    ['Latin-1', Buffer.from('größe', 'latin1'), 'it is not UTF-8'],
    ['half of a character', Buffer.from('ö').subarray(0, 1), 'it is not UTF-8'],
  ])('is refused with %s', async (_, content, why) => {
    await expect(async () => blocks(content)).rejects.toThrow(why);
  });

  test('of nothing is no block', async () => {
    for (const format of ['text', 'markdown', 'html', 'code'] as const) {
      expect(await (await readerOf(format))(Buffer.alloc(0))).toEqual({ blocks: [], metadata: {} });
    }
  });

  test('as code is cut at empty lines, and keeps its indentation', async () => {
    const { blocks: found } = await (await readerOf('code'))(Buffer.from('  if (a)\r\n    b();\r\n \r\n\tc();\r\n'));
    expect(found).toEqual([
      { kind: 'code', text: '  if (a)\n    b();', lines: [1, 2] },
      { kind: 'code', text: '\tc();', lines: [4, 4] },
    ]);
  });
});
