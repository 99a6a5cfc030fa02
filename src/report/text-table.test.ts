import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { plainStyle, type Style, styleOf, visibleLength } from './style.js';
import { formatTable } from './text-table.js';

const cells = [
  ['variant', 'size', 'verdict'],
  ['fp16', '45.6 MB', 'pass'],
  ['größer', '9 B', '–'],
];

test('names to the left, figures to the right', () => {
  expect(formatTable(cells, plainStyle)).toBe(
    ['variant     size  verdict', 'fp16     45.6 MB     pass', 'größer       9 B        –', ''].join('\n'),
  );
});

test('columns stand below each other whatever the script', () => {
  const lines = formatTable(
    [
      ['名前', 'n'],
      ['a', '1'],
      ['👍🏽', '2'],
    ],
    plainStyle,
  )
    .trimEnd()
    .split('\n');
  expect(lines.map(visibleLength)).toEqual([7, 7, 7]);
});

test('turned round where the terminal is too narrow', () => {
  expect(formatTable(cells, { ...plainStyle, columns: 24 })).toBe(
    ['variant     fp16  größer', 'size     45.6 MB     9 B', 'verdict     pass       –', ''].join('\n'),
  );
});

test('colours do not shift columns', () => {
  const red = styleText('red', 'FAIL');
  const coloured: Style = { paint: styleText, columns: 80 };
  const lines = formatTable(
    [
      ['a', 'bbbbbb'],
      ['c', red],
    ],
    coloured,
  )
    .trimEnd()
    .split('\n');
  expect(lines.map(visibleLength)).toEqual([9, 9]);
});

test('colours only where the stream is a terminal that wants them', () => {
  const terminal = { isTTY: true, columns: 100 } as NodeJS.WriteStream;
  const file = { isTTY: false } as unknown as NodeJS.WriteStream;
  const coloured = (stream: NodeJS.WriteStream, environment = {}) =>
    styleOf(stream, environment).paint !== plainStyle.paint;
  expect([coloured(terminal), coloured(file)]).toEqual([true, false]);
  expect([coloured(terminal, { NO_COLOR: '1' }), coloured(terminal, { TERM: 'dumb' })]).toEqual([false, false]);
  expect(styleOf(terminal).columns).toBe(100);
});
