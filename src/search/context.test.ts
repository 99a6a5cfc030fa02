import { describe, expect, test } from 'vitest';
import { contextOf, describePlace } from './context.js';
import type { SearchResult } from './search-result.js';

const result = (document: string, text: string, more: Partial<SearchResult> = {}): SearchResult => ({
  ...{ id: `${document}#1`, document, text, score: 1, metadata: {}, ...more },
});
const countWords = async (texts: readonly string[]) => texts.map((text) => text.split(/\s+/).length);

describe('a place', () => {
  test.each([
    [{}, 'a.md'],
    [{ page: 3 }, 'a.md, page 3'],
    [{ lines: [4, 4] as const }, 'a.md, line 4'],
    [{ lines: [4, 9] as const }, 'a.md, lines 4–9'],
    [{ headings: ['A', 'B'] }, 'a.md, A › B'],
    [{ headings: [] }, 'a.md'],
    [{ page: 1, lines: [1, 2] as const, headings: ['A'] }, 'a.md, page 1, lines 1–2, A'],
  ])('%j is %s', (place, text) => {
    expect(describePlace(result('a.md', 'x', place))).toBe(text);
  });
});

describe('a context', () => {
  // With its number and its source, each takes two words more than its text.
  const results = [result('a', 'one two three'), result('b', 'one two three four five six'), result('c', 'one')];

  test('has texts below their numbers and sources', async () => {
    expect(await contextOf(results, 100, countWords)).toEqual({
      ...{ text: '[1] a\none two three\n\n[2] b\none two three four five six\n\n[3] c\none' },
      ...{ tokens: 5 + 8 + 3, sources: results },
    });
  });

  test('leaves out what does not fit, and numbers what is left', async () => {
    const { text, tokens, sources } = await contextOf(results, 8, countWords);
    expect(text).toBe('[1] a\none two three\n\n[2] c\none');
    expect(tokens).toBe(8);
    expect(sources.map(({ document }) => document)).toEqual(['a', 'c']);
  });

  test('may be empty', async () => {
    expect(await contextOf(results, 2, countWords)).toEqual({ text: '', tokens: 0, sources: [] });
    expect(await contextOf([], 100, countWords)).toEqual({ text: '', tokens: 0, sources: [] });
  });

  test('never has more tokens than are allowed, as it is counted', async () => {
    const many = Array.from({ length: 30 }, (_, i) => result(`d${i}`, 'word '.repeat((i * 7) % 11).trim() || 'x'));
    for (let most = 0; most < 150; most += 7) {
      const { text, tokens } = await contextOf(many, most, countWords);
      expect(tokens).toBeLessThanOrEqual(most);
      expect(text === '' ? 0 : (await countWords([text]))[0]).toBe(tokens);
    }
  });
});
