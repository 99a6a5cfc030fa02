import { describe, expect, test } from 'vitest';
import { metadataFor, placeOf, shortened } from './result-parts.js';
import { fetchInput, searchInput } from './schemas.js';
import { searchTool } from './search-tool.js';

describe('a text is cut to what an assistant reads', () => {
  test.each([
    ['', 3, ''],
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc\n[cut here: 1 characters follow]'],
    ['ab😀d', 3, 'ab\n[cut here: 3 characters follow]'],
    ['ab😀d', 4, 'ab😀\n[cut here: 1 characters follow]'],
    ['\ude00bcd', 2, '\ude00b\n[cut here: 2 characters follow]'],
  ])('%j to %d', (text, most, cut) => {
    expect(shortened(text, most)).toBe(cut);
  });
});

test('of a place, what is not known is left out', () => {
  expect(placeOf({})).toEqual({});
  expect(placeOf({ headings: ['a'], lines: [1, 2], page: 3 })).toEqual({ headings: ['a'], lines: [1, 2], page: 3 });
  expect(placeOf({ headings: [] })).toEqual({ headings: [] });
});

test('metadata are copies', () => {
  const tags = ['a'];
  const given = { tags, year: 2020, draft: false, title: '' };
  const copy = metadataFor(given);
  expect(copy).toEqual(given);
  expect(copy.tags).not.toBe(tags);
});

describe('what the tools take', () => {
  test.each([
    [{ query: 'a' }, true],
    [{ query: '  ' }, false],
    [{ query: 'a'.repeat(10_001) }, false],
    [{ query: 'a', top: 50 }, true],
    [{ query: 'a', top: 51 }, false],
    [{ query: 'a', mode: 'all' }, false],
    [{ query: 'a', other: 1 }, false],
    [{}, false],
  ])('a question is sound (%#): %s', (input, isSound) => {
    expect(searchInput.safeParse(input).success).toBe(isSound);
  });

  test('what is left out of a question is usual; spaces around it do not count', () => {
    expect(searchInput.parse({ query: ' a ' })).toEqual({ query: 'a', top: 10, mode: 'hybrid' });
    expect(fetchInput.parse({ id: ' a ' })).toEqual({ id: ' a ', neighbours: 1 });
  });

  test.each([{ id: '' }, { id: 'a', neighbours: -1 }, { id: 'a', neighbours: 51 }, { id: 'a', neighbours: 0.5 }])(
    'the passage %j is not',
    (input) => {
      expect(fetchInput.safeParse(input).success).toBe(false);
    },
  );
});

describe('the tool search', () => {
  const result = {
    id: 'a#1',
    document: 'a',
    text: 'x'.repeat(4001),
    score: 0.5,
    metadata: { title: 'A' },
    lines: [1, 2],
  };
  const indexOf = (asked: unknown[], hasManifest = true) =>
    ({
      search: async (...question: unknown[]) => {
        asked.push(question);
        return [result];
      },
      manifest: async () => (hasManifest ? { sources: [{ name: 'a', path: '/docs/a.md' }] } : undefined),
    }) as unknown as Parameters<typeof searchTool>[0];

  test('gives passages with their titles, addresses and places, cut where they are long', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const { results } = await searchTool(indexOf(asked), { query: 'why', top: 3, mode: 'text' }, signal);
    expect(asked).toEqual([['why', { top: 3, mode: 'text', signal }]]);
    expect(results).toMatchObject([
      { id: 'a#1', title: 'A', url: 'file:///docs/a.md', document: 'a', score: 0.5, lines: [1, 2] },
    ]);
    expect(results[0].text).toBe(`${'x'.repeat(4000)}\n[cut here: 1 characters follow]`);
  });

  test('names documents whose source is not known by their ids', async () => {
    const { results } = await searchTool(indexOf([], false), { query: 'why', top: 1, mode: 'hybrid' });
    expect(results[0].url).toBe('octavec:a');
  });
});
