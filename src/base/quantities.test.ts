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

test('what is no number is shown as such', () => {
  expect(formatDuration(Number.NaN)).toBe('NaN s');
  expect(formatDuration(Number.POSITIVE_INFINITY)).toBe('Infinity s');
  expect(formatBytes(Number.NaN)).toBe('NaN B');
  expect(formatCount(Number.NaN)).toBe('NaN');
});

test.each([
  [0, '0 ms'],
  [0.0004, '0 ms'],
  [99.94, '99.9 s'],
  [119.6, '2 min 0 s'],
  [3599.4, '59 min 59 s'],
  [3599.6, '1 h 0 min'],
  [360_000, '100 h 0 min'],
])('%d seconds are rounded before they are split', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test.each([
  [1, '1 B'],
  [9994, '9.99 kB'],
  [9995, '10.0 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499_999, '999 MB'],
  [999_500_000, '1.00 GB'],
  [1e15, '1,000 TB'],
])('%d bytes are rounded to the next unit', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  ['0.4', undefined],
  ['1.5', 2],
  ['1b', 1],
  ['1KiB', 1024],
  ['2TIB', 2 * 1024 ** 4],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['9007199254740992', undefined],
  ['1e400', undefined],
  ['1,5 MB', undefined],
  ['1. MB', undefined],
  ['.5MB', undefined],
  ['MiB 1', undefined],
  ['1 M B', undefined],
  ['٣MB', undefined],
  ['25MB or so', undefined],
])('%j as a size of few or many bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test('a size that was written is read as about the same', () => {
  for (let bytes = 1; bytes < 1e14; bytes = Math.ceil(bytes * 1.37)) {
    const read = parseBytes(formatBytes(bytes)) as number;
    expect(Math.abs(read - bytes)).toBeLessThanOrEqual(bytes * 0.005001);
  }
});
