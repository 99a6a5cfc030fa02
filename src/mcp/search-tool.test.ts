import { expect, test } from 'vitest';
import type { SearchResult } from '../search/index.js';
import { searchOutput } from './schemas.js';
import { searchTool } from './search-tool.js';

const index = (results: readonly SearchResult[], sources?: readonly object[]) => ({
  search: async () => [...results],
  manifest: async () => sources && ({ sources } as never),
});
const result = { id: 'docs/a.md#1', document: 'docs/a.md', text: 'It is.', score: 0.5, metadata: {} };
const input = { query: 'x', top: 10, mode: 'hybrid' } as const;

test('results keep to the schema that clients are promised', async () => {
  const results = [
    { ...result, headings: ['A', 'B'], lines: [1, 2] as const, page: 3, metadata: { title: 'T', tags: ['x'], n: 1 } },
    result,
  ];
  const answer = await searchTool(index(results, [{ name: 'docs', path: '/home/me/docs' }]), input);
  expect(searchOutput.parse(answer)).toEqual(answer);
  expect(answer.results).toHaveLength(2);
  expect(answer.results[0]).toMatchObject({ headings: ['A', 'B'], lines: [1, 2], page: 3 });
  expect(answer.results[1]).not.toHaveProperty('page');
});

test('a passage of any length is given in part', async () => {
  const { results } = await searchTool(index([{ ...result, text: 'word '.repeat(10_000) }]), input);
  expect(results[0].text.length).toBeLessThan(4100);
  expect(results[0].text.length).toBeGreaterThan(3900);
});

test('an index without sources has results all the same', async () => {
  const { results } = await searchTool(index([result]), input);
  expect(results.map(({ id }) => id)).toEqual(['docs/a.md#1']);
});

test('the question, its options and its end go to the index', async () => {
  const asked: unknown[] = [];
  const { signal } = new AbortController();
  const search = async (...question: unknown[]) => {
    asked.push(question);
    return [];
  };
  const given = { query: 'x', top: 3, mode: 'text', filter: 'n = 1' } as const;
  await searchTool({ search, manifest: async () => undefined }, given, signal);
  expect(asked).toEqual([['x', { top: 3, mode: 'text', filter: 'n = 1', signal }]]);
});
