import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type CachedVector, type EmbedMissing, VectorCache } from './vector-cache.js';

const vectorOf = (text: string): CachedVector => ({
  vector: Float32Array.of(text.length, text.charCodeAt(0)),
  tokens: text.length,
  isTruncated: false,
});
const embedAll = () => vi.fn<EmbedMissing>(async (texts) => texts.map(vectorOf));

test('a text is embedded once, in its place of each request, and counted as hit or miss', async () => {
  const cache = new VectorCache(10_000);
  const embed = embedAll();
  expect(await cache.get('m', ['a', 'bb', 'a'], embed, undefined)).toEqual(['a', 'bb', 'a'].map(vectorOf));
  expect(await cache.get('m', ['ccc', 'bb'], embed, undefined)).toEqual(['ccc', 'bb'].map(vectorOf));
  expect(embed.mock.calls.map(([texts]) => texts)).toEqual([['a', 'bb'], ['ccc']]);
  expect([cache.hits, cache.misses]).toEqual([1, 3]);
});

test('the same text under another model or prompt is another', async () => {
  const cache = new VectorCache(10_000);
  const embed = embedAll();
  await cache.get('m', ['a'], embed, undefined);
  await cache.get('n', ['a'], embed, undefined);
  expect(embed).toHaveBeenCalledTimes(2);
});

test('requests at the same time share one run; it ends when the last of them has gone', async () => {
  const cache = new VectorCache(10_000);
  let ended = false;
  const embed = vi.fn<EmbedMissing>(async (texts, signal) => {
    signal.addEventListener('abort', () => {
      ended = true;
    });
    await delay(20);
    return texts.map(vectorOf);
  });
  const [one, two] = [new AbortController(), new AbortController()];
  const first = cache.get('m', ['a'], embed, one.signal);
  const second = cache.get('m', ['a'], embed, two.signal);
  one.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  expect(ended).toBe(false);
  expect(await second).toEqual([vectorOf('a')]);
  expect(embed).toHaveBeenCalledTimes(1);
  const third = cache.get('m', ['b'], embed, two.signal);
  two.abort(new Error('gone, too'));
  await expect(third).rejects.toThrow('gone, too');
  expect(ended).toBe(true);
});

test('what fails is not kept', async () => {
  const cache = new VectorCache(10_000);
  await expect(cache.get('m', ['a'], async () => Promise.reject(new Error('no')), undefined)).rejects.toThrow('no');
  expect(await cache.get('m', ['a'], embedAll(), undefined)).toEqual([vectorOf('a')]);
});

test('the vectors that were used least recently go first, within the bound', async () => {
  const cache = new VectorCache(2 * 208);
  const embed = embedAll();
  await cache.get('m', ['a'], embed, undefined);
  await cache.get('m', ['b'], embed, undefined);
  await cache.get('m', ['a'], embed, undefined);
  await cache.get('m', ['c'], embed, undefined);
  expect(cache.bytes).toBe(2 * 208);
  embed.mockClear();
  await cache.get('m', ['a', 'c'], embed, undefined);
  expect(embed).not.toHaveBeenCalled();
  await cache.get('m', ['b'], embed, undefined);
  expect(embed).toHaveBeenCalledTimes(1);
});
