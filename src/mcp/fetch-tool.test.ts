import { expect, test } from 'vitest';
import type { IndexManifest, StoredChunk } from '../search/index.js';
import { fetchTool } from './fetch-tool.js';

const chunk = (document: string, number: number, text = `Text ${number}.`): StoredChunk => ({
  ...{ id: `${document}#${number}`, document, text, metadata: { lang: 'en', tags: ['x'] } },
  lines: [number * 10, number * 10 + 5],
});
const many = (document: string, count: number, text?: string) =>
  Array.from({ length: count }, (_, i) => chunk(document, i + 1, text));

function fakeIndex(documents: Readonly<Record<string, readonly StoredChunk[]>>) {
  const manifest = { chunking: { tokens: 256, overlap: 0 }, sources: [] } as unknown as IndexManifest;
  return { path: 'a.index', document: async (id: string) => documents[id] ?? [], manifest: async () => manifest };
}

test('gives a passage with its neighbours, and where to read on', async () => {
  const index = fakeIndex({ a: many('a', 5) });
  expect(await fetchTool(index, { id: 'a#3', neighbours: 1 })).toEqual({
    ...{ id: 'a#3', title: 'a', document: 'a', url: 'octavec:a', metadata: { lang: 'en', tags: ['x'] } },
    ...{ text: 'Text 2.\n\nText 3.\n\nText 4.', lines: [20, 45], previous: 'a#1', next: 'a#5' },
  });
  expect(await fetchTool(index, { id: 'a#5', neighbours: 0 })).toMatchObject({ text: 'Text 5.', previous: 'a#4' });
  const whole = await fetchTool(index, { id: 'a', neighbours: 1 });
  expect(whole).toMatchObject({ lines: [10, 55], text: expect.stringMatching(/^Text 1\.(.|\n)*Text 5\.$/) });
  expect(whole).not.toHaveProperty('next');
});

test('a long document comes in parts that lead from one to the next', async () => {
  const index = fakeIndex({ a: many('a', 10, 'x'.repeat(10_000)) });
  expect(await fetchTool(index, { id: 'a', neighbours: 1 })).toMatchObject({ id: 'a', next: 'a#5' });
  // The nearest neighbours have precedence.
  expect(await fetchTool(index, { id: 'a#5', neighbours: 50 })).toMatchObject({ previous: 'a#3', next: 'a#8' });
});

test('a passage that is too long is cut, and says so', async () => {
  const { text } = await fetchTool(fakeIndex({ a: [chunk('a', 1, `${'x'.repeat(39_999)}😀y`)] }), {
    ...{ id: 'a', neighbours: 1 },
  });
  expect(text).toBe(`${'x'.repeat(39_999)}\n[cut here: 3 characters follow]`);
});

test('the id of a row looks like that of a passage', async () => {
  const index = fakeIndex({ 'rows.csv#2': many('rows.csv#2', 1) });
  expect(await fetchTool(index, { id: 'rows.csv#2', neighbours: 1 })).toMatchObject({ text: 'Text 1.' });
  expect(await fetchTool(index, { id: 'rows.csv#2#1', neighbours: 1 })).toMatchObject({ text: 'Text 1.' });
});

test.each(['b', 'a#9', 'a#0', '#', '../../etc/passwd', '__proto__'])('%s is nowhere', async (id) => {
  const index = { ...fakeIndex({}), document: async (name: string) => (name === 'a' ? many('a', 2) : []) };
  await expect(fetchTool(index, { id, neighbours: 1 })).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
});
