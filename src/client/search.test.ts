import { expect, test } from 'vitest';
import { Client } from './index.js';
import { documentPath } from './search.js';

test.each([
  ['a', {}, '/documents/a'],
  ['docs/start.md#3', {}, '/documents/docs%2Fstart.md%233'],
  ['../x?y=1&z', {}, '/documents/..%2Fx%3Fy%3D1%26z'],
  ['é 😀', {}, '/documents/%C3%A9%20%F0%9F%98%80'],
  ['a', { index: undefined, from: undefined }, '/documents/a'],
  ['a', { index: 'my docs', from: '0' }, '/documents/a?index=my+docs&from=0'],
])('the document %j with %j is at %s', (id, query, path) => {
  expect(documentPath(id, query)).toBe(path);
});

/** A server with one document of some passages, of which it gives as many as it is asked for, or fewer. */
function serverWith(passages: number, most: number, asked: string[] = []): typeof fetch {
  return async (input) => {
    const url = new URL(String(input));
    asked.push(url.search);
    if (url.pathname !== '/documents/a') {
      return new Response('{"error": {"code": "unknown_document", "message": "none"}}', { status: 404 });
    }
    const from = Number(url.searchParams.get('from'));
    const ids = Array.from({ length: passages }, (_, i) => ({ id: `a#${i}`, text: 'x' })).slice(from, from + most);
    return new Response(JSON.stringify({ id: 'a', metadata: { n: 1 }, passages: ids, total: passages }));
  };
}

test('a document comes with all of its passages, however few the server gives at once', async () => {
  const asked: string[] = [];
  const client = new Client({ fetch: serverWith(5, 2, asked) });
  const document = await client.document('a');
  expect(document?.passages.map(({ id }) => id)).toEqual(['a#0', 'a#1', 'a#2', 'a#3', 'a#4']);
  expect(asked).toEqual(['?from=0&count=1000', '?from=2&count=1000', '?from=4&count=1000']);
});

test('a document without passages, and one of which the server gives fewer than it says, come to an end', async () => {
  expect(await new Client({ fetch: serverWith(0, 2) }).document('a')).toEqual({
    id: 'a',
    metadata: { n: 1 },
    passages: [],
  });
  expect((await new Client({ fetch: serverWith(5, 0) }).document('a'))?.passages).toEqual([]);
});

test('a document that is not held is undefined, and not removed', async () => {
  const client = new Client({ fetch: serverWith(1, 1) });
  expect(await client.document('b')).toBeUndefined();
  expect(await client.removeDocument('b')).toBe(false);
});

test('another error than a missing document is thrown', async () => {
  const fetch = async () =>
    new Response('{"error": {"code": "unknown_index", "message": "no index"}}', { status: 404 });
  const client = new Client({ fetch });
  await expect(client.document('a')).rejects.toThrow('no index');
  await expect(client.removeDocument('a')).rejects.toThrow('no index');
});

test('documents go a hundred at a time, and what became of them is added', async () => {
  const sizes: number[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const { documents, index } = JSON.parse(String(init?.body)) as { documents: { id: string }[]; index: string };
    sizes.push(documents.length);
    expect(index).toBe('docs');
    const skipped = documents.filter(({ id }) => id === '7' || id === '150').map(({ id }) => ({ id, reason: 'empty' }));
    return new Response(
      JSON.stringify({ added: documents.length - skipped.length, updated: 1, unchanged: 2, skipped }),
    );
  };
  const documents = Array.from({ length: 201 }, (_, i) => ({ id: `${i}`, text: 'x' }));
  expect(await new Client({ fetch }).addDocuments(documents, { index: 'docs' })).toEqual({
    added: 199,
    updated: 3,
    unchanged: 6,
    skipped: [
      { id: '7', reason: 'empty' },
      { id: '150', reason: 'empty' },
    ],
  });
  expect(sizes).toEqual([100, 100, 1]);
});

test('a question is sent with what was asked for, and nothing that was not', async () => {
  const bodies: unknown[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    bodies.push(JSON.parse(String(init?.body)));
    return new Response('{"results": [{"id": "a#0"}]}');
  };
  const client = new Client({ fetch });
  const { signal } = new AbortController();
  expect(await client.search('why?', { top: 3, filter: 'a = 1', signal })).toEqual([{ id: 'a#0' }]);
  await client.search('');
  expect(bodies).toEqual([{ query: 'why?', top: 3, filter: 'a = 1' }, { query: '' }]);
});
