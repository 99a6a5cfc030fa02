import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { OctavecError } from '../../base/index.js';
import type { Index } from '../../search/index.js';
import { documentsRequest, searchRequest } from './schemas.js';
import { inIndexWords, SearchService } from './search-service.js';

function indexOf(documents: number, asked: unknown[] = []) {
  return {
    facts: async () => ({ documents }),
    manifest: async () => (documents === 0 ? undefined : {}),
    search: async (...question: unknown[]) => asked.push(question),
  } as unknown as Index;
}

describe('indexes', () => {
  const service = new SearchService(
    [
      { name: 'docs', index: indexOf(3) },
      { name: 'guide', index: indexOf(0) },
    ],
    false,
    new Registry(),
  );

  test.each([
    [undefined, 'docs'],
    ['docs', 'docs'],
    ['guide', 'guide'],
  ])('%s leads to %s', (name, found) => {
    expect(service.find(name).name).toBe(found);
  });

  test('an unknown name is refused, with those that are served', () => {
    for (const name of ['', 'DOCS', 'constructor']) {
      expect(() => service.find(name)).toThrow(`The index '${name}' does not exist. Served here: docs, guide`);
    }
  });

  test('where none is served, there is none without a name either', () => {
    expect(() => new SearchService([], false, new Registry()).find(undefined)).toThrow('does not exist');
  });
});

test('indexes that hold something are warmed, empty ones are left alone', async () => {
  const asked: unknown[] = [];
  const indexes = [
    { name: 'a', index: indexOf(0, asked) },
    { name: 'b', index: indexOf(1, asked) },
  ];
  await new SearchService(indexes, false, new Registry()).warm();
  expect(asked).toEqual([['ready?', { top: 1, mode: 'vector' }]]);
});

test('searches, writes and documents are counted by index', async () => {
  const registry = new Registry();
  const service = new SearchService([{ name: 'docs', index: indexOf(3) }], true, registry);
  service.searched('docs', 'hybrid', 250);
  service.searched('docs', 'text', 1);
  service.wrote('docs', 2);
  service.wrote('docs', 5);
  const text = await registry.metrics();
  expect(text).toContain('octavec_search_duration_sum{index="docs",mode="hybrid"} 0.25');
  expect(text).toContain('octavec_search_duration_count{index="docs",mode="text"} 1');
  expect(text).toContain('octavec_documents_written{index="docs"} 7');
  expect(text).toContain('octavec_index_documents{index="docs"} 3');
});

describe('errors of an index in words for clients', () => {
  test.each([
    [new OctavecError('INDEX_NOT_FOUND', { path: '/secret/docs.index' }), 'unknown_index'],
    [new OctavecError('OUTPUT_BUSY', { path: '/secret/docs.index', owner: 'process 1' }), 'conflict'],
  ])('%s', (error, kind) => {
    const told = inIndexWords(error, 'docs') as Error;
    expect(told).toMatchObject({ kind, message: expect.stringContaining("'docs'") });
    expect(told.message).not.toContain('secret');
  });

  test('others stay as they are', () => {
    const error = new Error('x');
    expect(inIndexWords(error, 'docs')).toBe(error);
  });
});

describe('requests', () => {
  test.each([
    [{ query: 'a' }, true],
    [{ query: '' }, false],
    [{ query: 'a'.repeat(100_001) }, false],
    [{ query: 'a', top: 0 }, false],
    [{ query: 'a', top: 1001 }, false],
    [{ query: 'a', diversity: 1.01 }, false],
    [{ query: 'a', mode: 'words' }, false],
    [{ query: 'a', tops: 3 }, false],
  ])('a search is sound (%#): %s', (request, isSound) => {
    expect(searchRequest.safeParse(request).success).toBe(isSound);
  });

  test('a search that says nothing else wants ten results by meaning and words', () => {
    expect(searchRequest.parse({ query: 'a' })).toMatchObject({
      top: 10,
      mode: 'hybrid',
      diversity: 0,
      explain: false,
    });
  });

  test.each([
    [[{ id: 'a', text: '' }], true],
    [[], false],
    [[{ id: '', text: 'x' }], false],
    [[{ id: 'a'.repeat(2001), text: 'x' }], false],
    [[{ id: 'a', text: 'x', metadata: { tags: ['b'], year: 1, is: true } }], true],
    [[{ id: 'a', text: 'x', metadata: { nested: {} } }], false],
    [[{ id: 'a', text: 'x', metadata: { list: [1] } }], false],
    [[{ id: 'a', text: 'x', other: 1 }], false],
    [Array.from({ length: 1001 }, (_, i) => ({ id: `${i}`, text: 'x' })), false],
  ])('documents are sound (%#): %s', (documents, isSound) => {
    expect(documentsRequest.safeParse({ documents }).success).toBe(isSound);
  });
});
