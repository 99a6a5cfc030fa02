import { expect, test } from 'vitest';
import type { SearchResult } from '../search/index.js';
import { formatContext, formatResults } from './search-results.js';

const result = (text: string, more: Partial<SearchResult> = {}): SearchResult => ({
  ...{ id: 'a.md#0', document: 'a.md', text, score: 0.123456, metadata: {} },
  ...more,
});
/** What is shown of a text. */
const shown = (text: string) => formatResults([result(text)]).split('\n')[1];

test('a result has its place, its score and its text in one line', () => {
  const place = { lines: [3, 9], headings: ['Install', 'Linux'] } as const;
  expect(formatResults([result('two\n\n  lines', place), result('b', { lines: [4, 4] })])).toBe(
    '1. a.md, lines 3–9, Install › Linux  (0.1235)\n   two lines\n\n2. a.md, line 4  (0.1235)\n   b\n',
  );
});

test('nothing that was found is said so', () => {
  expect(formatResults([])).toBe('Nothing was found.\n');
});

test('a long text is cut behind a word', () => {
  const line = shown('word '.repeat(100));
  expect(line).toMatch(/^ {3}(word )+…$/);
  expect(line.length).toBeLessThanOrEqual(3 + 300 + 2);
  expect(shown('x'.repeat(300))).toBe(`   ${'x'.repeat(300)}`);
  expect(shown('x'.repeat(301))).toBe(`   ${'x'.repeat(300)} …`);
});

test('a character of two units is not cut apart', () => {
  expect(shown(`a${'😀'.repeat(200)}`)).not.toMatch(/[\ud800-\udfff]/u);
});

test('what is no text does not reach the terminal: escapes, marks of direction', () => {
  const bad = '\u001b[2Jgone \u202eabc';
  const headings = ['\u001b]0;title\u0007'];
  const explanation = { rank: 1, text: { rank: 1, bm25: 2, words: ['\u001b[31m'] } };
  const text = formatResults([result(bad, { document: bad, headings, explanation })]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
  expect(text).toContain('gone');
});

test('an explanation says both places, or that there is none', () => {
  const vector = { rank: 2, cosine: 0.5 };
  const words = { rank: 1, bm25: 2.71, words: ['cat', 'mat'] };
  const line = (explanation: SearchResult['explanation']) =>
    formatResults([result('x', { explanation })]).split('\n')[1];
  expect(line({ rank: 1, vector, text: words })).toBe(
    '   by meaning place 2 (cosine 0.5000); by words place 1 (BM25 2.71: cat, mat); together place 1',
  );
  expect(line({ rank: 7 })).toBe('   not near by meaning; not among the best by words; together place 7');
});

test('a context is left as it goes into the prompt', () => {
  expect(formatContext({ text: '[1] a.md\n  x\ty', tokens: 5, sources: [] })).toBe('[1] a.md\n  x\ty\n');
});
