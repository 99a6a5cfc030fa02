import { describe, expect, test } from 'vitest';
import { formatOfLine, formatOfName, isCompressed } from './formats.js';

describe('the format that a name implies', () => {
  test.each([
    ['a.txt', 'txt'],
    ['a.TXT', 'txt'],
    ['a.text', 'txt'],
    ['a.jsonl', 'jsonl'],
    ['a.ndjson', 'jsonl'],
    ['a.json.gz', 'json'],
    ['a.tab', 'tsv'],
    ['a.b.csv.GZ', 'csv'],
    ['folder.md/a.parquet', 'parquet'],
    ['-', undefined],
    ['', undefined],
    ['a', undefined],
    ['txt', undefined],
    ['a.gz', undefined],
    ['a.txt.bak', undefined],
    ['a.log', undefined],
    ['folder.txt/a', undefined],
  ])('of %j is %s', (path, format) => {
    expect(formatOfName(path)).toBe(format);
  });

  test.each(['constructor', 'tostring', 'valueof'])('an ending that objects have, .%s, implies none', (ending) => {
    expect(formatOfName(`a.${ending}`)).toBeUndefined();
  });

  test.each([
    ['notes.md', 'Markdown'],
    ['a.HTM', 'HTML'],
    ['a.docx', 'a Word document'],
    ['a.bz2', 'compressed in another way than gzip'],
    ['model.onnx', 'a model file'],
    ['a.7z', 'an archive'],
    ['a.md.gz', 'Markdown'],
  ])('%s is refused: it is %s', (path, what) => {
    expect(() => formatOfName(path)).toThrow(`it is ${what}, which does not say where a text ends`);
  });
});

test.each([
  ['a.gz', true],
  ['a.txt.GZ', true],
  ['gz', false],
  ['a.gz.txt', false],
])('whether %j is compressed: %s', (path, expected) => {
  expect(isCompressed(path)).toBe(expected);
});

describe('the format that a first line implies', () => {
  test.each([
    ['', 'txt'],
    ['A sentence.', 'txt'],
    ['[', 'json'],
    [' [ ', 'json'],
    ['["a"', 'json'],
    ['[{"text"', 'json'],
    ['[1] a footnote', 'txt'],
    ['[sic]', 'txt'],
    ['{"text": "a"}', 'jsonl'],
    ['  {}', 'jsonl'],
    ['{"text": "a"', 'txt'],
    ['{curly} words', 'txt'],
    ['"a string"', 'txt'],
    ['null', 'txt'],
  ])('%j is %s', (line, format) => {
    expect(formatOfLine(line)).toBe(format);
  });
});
