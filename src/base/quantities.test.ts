import { expect, test } from 'vitest';
import { counted, formatBytes, formatCount, formatDuration, formatFigure, parseBytes } from './quantities.js';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [22_968_123, '23.0 MB'],
  [90_387_606, '90.4 MB'],
  [999_499, '999 kB'],
  [999_999, '1.00 MB'],
  [133_093_467, '133 MB'],
  [2_500_000_000, '2.50 GB'],
])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  ['25MB', 25_000_000],
  [' 1.5 GiB ', 1_610_612_736],
  ['800', 800],
  ['90 kb', 90_000],
  ['23.4 MB', 23_400_000],
  ['0', undefined],
  ['-1MB', undefined],
  ['25 M', undefined],
  ['MB', undefined],
  ['', undefined],
  ['9e3', undefined],
  ['9000000TB', undefined],
])('%j as a size', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each([
  [3, '3'],
  [1379, '1,379'],
  [28.731, '28.7'],
  [9.996, '10.0'],
  [0.5, '0.50'],
  [1234.5, '1,235'],
])('count %d', (value, text) => expect(formatCount(value)).toBe(text));

test.each([
  [0.0124, '12 ms'],
  [0.9999, '1.0 s'],
  [4.21, '4.2 s'],
  [99.96, '1 min 40 s'],
  [200.4, '3 min 20 s'],
  [3725, '1 h 2 min'],
])('%d seconds', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test('a figure that is none is shown as such', () => {
  expect([formatFigure(0.97921, 4), formatFigure(Number.NaN, 4), formatFigure(undefined, 4)]).toEqual([
    '0.9792',
    'NaN',
    '–',
  ]);
});

test('one thing is one', () => {
  expect([0, 1, 2600].map((count) => counted(count, 'text'))).toEqual(['0 texts', '1 text', '2600 texts']);
});
