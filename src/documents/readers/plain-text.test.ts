import { expect, test } from 'vitest';
import { readCode, readPlainText } from './plain-text.js';

test.each<[string, readonly (readonly [string, number, number])[]]>([
  ['', []],
  ['\n\n', []],
  ['one', [['one', 1, 1]]],
  ['one\n', [['one', 1, 1]]],
  [
    'one\ntwo\n\nthree',
    [
      ['one\ntwo', 1, 2],
      ['three', 4, 4],
    ],
  ],
  [
    '\n\none\n \t\ntwo',
    [
      ['one', 3, 3],
      ['two', 5, 5],
    ],
  ],
  [
    'one\r\ntwo\r\n\r\nthree\r\n',
    [
      ['one\ntwo', 1, 2],
      ['three', 4, 4],
    ],
  ],
  [
    'one\rtwo\r\rthree',
    [
      ['one\ntwo', 1, 2],
      ['three', 4, 4],
    ],
  ],
  ['  indented\n    more', [['  indented\n    more', 1, 2]]],
])('paragraphs of %j stand at their lines', (text, expected) => {
  const { blocks, metadata } = readPlainText(text);
  expect(blocks).toEqual(expected.map(([part, first, last]) => ({ kind: 'prose', text: part, lines: [first, last] })));
  expect(metadata).toEqual({});
  expect(readCode(text).blocks).toEqual(blocks.map((block) => ({ ...block, kind: 'code' })));
});
