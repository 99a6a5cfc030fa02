import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import type { SearchResult } from '../search/index.js';
import { indexServers, type ReadableIndex } from './mcp-server.js';

const found: SearchResult = {
  ...{ id: 'guide.md#2', document: 'guide.md', text: 'It takes a minute.', score: 0.5, metadata: { lang: 'en' } },
  headings: ['Guide', 'Install'],
  lines: [3, 4],
};

/** An index with one passage, and what it was asked. */
function indexOf(changes: Partial<Record<keyof ReadableIndex, unknown>> = {}) {
  const asked: unknown[] = [];
  const index = {
    path: 'docs.index',
    search: async (query: string, { signal: _, ...options }: { readonly signal?: AbortSignal }) => {
      asked.push([query, options]);
      return [found];
    },
    document: async () => [],
    manifest: async () => ({ sources: [{ name: 'docs', path: '/docs' }] }),
    facts: async () => ({ documents: 1234, chunks: 5678 }),
    ...changes,
  } as unknown as ReadableIndex;
  return { index, asked };
}

async function connected(index: ReadableIndex, onError?: (message: string) => void) {
  const { server, pending } = (await indexServers(index, { onError }))();
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  const call = async (name: string, args: object) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: { ...args } });
    const [{ text }] = content as { readonly text: string }[];
    return { text, structuredContent, isError };
  };
  return { client, call, pending };
}

describe('a client', () => {
  test('is told what there is', async () => {
    const { client } = await connected(indexOf().index);
    expect(client.getInstructions()).toContain('1,234 documents (docs)');
    const without = await connected(indexOf({ manifest: async () => ({ sources: [] }) }).index);
    expect(without.client.getInstructions()).toContain('1,234 documents of the user');
  });

  test('has two tools, which only read', async () => {
    const { tools } = await (await connected(indexOf().index)).client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['search', 'fetch']);
    for (const { annotations, inputSchema } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  test('has the answer as text and as data', async () => {
    const { index, asked } = indexOf();
    const { call, pending } = await connected(index);
    const { text, structuredContent, isError } = await call('search', { query: ' How long? ', filter: 'lang = "en"' });
    expect(isError).toBeUndefined();
    expect(JSON.parse(text)).toEqual(structuredContent);
    expect(structuredContent).toMatchObject({
      results: [{ id: 'guide.md#2', document: 'guide.md', text: 'It takes a minute.', lines: [3, 4], score: 0.5 }],
    });
    expect(asked).toEqual([['How long?', { top: 10, mode: 'hybrid', filter: 'lang = "en"' }]]);
    expect(pending.size).toBe(0);
  });

  test.each([
    [{ query: '' }],
    [{ query: '   ' }],
    [{}],
    [{ query: 'x', top: 0 }],
    [{ query: 'x', top: 51 }],
    [{ query: 'x', mode: 'magic' }],
    [{ query: 'x', path: '/etc/passwd' }],
    [{ query: 'x'.repeat(10_001) }],
  ])('that asks what cannot be answered is told so, and nothing is searched: %j', async (args) => {
    const { index, asked } = indexOf();
    const { call } = await connected(index);
    expect(await call('search', args)).toMatchObject({ isError: true });
    expect(asked).toEqual([]);
  });
});

describe('an error', () => {
  test('of the question is told to the assistant', async () => {
    const error = new OctavecError('USAGE', { problem: 'The question is empty' });
    const logged: string[] = [];
    const { call } = await connected(indexOf({ search: () => Promise.reject(error) }).index, (line) =>
      logged.push(line),
    );
    expect(await call('search', { query: 'x' })).toMatchObject({ isError: true, text: error.message });
    expect(logged).toEqual([]);
  });

  test('inside octavec is logged, and not told', async () => {
    const logged: string[] = [];
    const { index } = indexOf({ search: () => Promise.reject(new Error('secret of /home/me')) });
    const { call, pending } = await connected(index, (line) => logged.push(line));
    const { isError, text } = await call('search', { query: 'x' });
    expect([isError, text]).toEqual([true, 'The search failed inside octavec; its log says why.']);
    expect(logged).toEqual([expect.stringContaining('secret of /home/me')]);
    expect(pending.size).toBe(0);
  });

  test('of an index that is not there comes before any client', async () => {
    const { index } = indexOf({ manifest: async () => undefined });
    await expect(indexServers(index)).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
  });
});

test('what is under way is known until it is answered', async () => {
  let finish: (results: readonly SearchResult[]) => void = () => undefined;
  const search = () => new Promise((resolve) => (finish = resolve));
  const { call, pending } = await connected(indexOf({ search }).index);
  const answer = call('search', { query: 'x' });
  await expect.poll(() => pending.size).toBe(1);
  finish([]);
  expect((await answer).structuredContent).toEqual({ results: [] });
  expect(pending.size).toBe(0);
});
