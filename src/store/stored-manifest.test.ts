import { expect, test } from 'vitest';
import { checkLayout } from './check-layout.js';
import type { IndexManifest } from './manifest.js';
import { storedManifest } from './stored-manifest.js';

const manifest: IndexManifest = {
  ...{ format: 1, tool: 'octavec test', chunking: 'none', vectors: 'float16', sources: [{ name: 'a', path: '/a' }] },
  model: { name: 'm', dimensions: 4, documentPrompt: '', queryPrompt: '', probes: [] },
};

test('a manifest is read as it was written', () => {
  expect(storedManifest('x', JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
});

test.each([
  ['nothing', undefined, 'not understood (Invalid'],
  ['a newer format', { ...manifest, format: 2 }, '(format: '],
  ['vectors without a length', { ...manifest, model: { ...manifest.model, dimensions: 0 } }, '(model.dimensions: '],
  ['vectors of a kind that is not known', { ...manifest, vectors: 'int4' }, '(vectors: '],
  ['chunks without an overlap', { ...manifest, chunking: { tokens: 5 } }, '(chunking'],
])('%s is none, and what is wrong is said', (_, value, why) => {
  expect(() => storedManifest('postgres://h/d', value)).toThrow(
    expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringContaining(why) }),
  );
});

test('tables are for vectors of one kind and length', () => {
  const other = (changes: object) => ({ ...manifest, ...changes }) as IndexManifest;
  expect(() => checkLayout('x', manifest, other({ tool: 'newer', chunking: { tokens: 9, overlap: 0 } }))).not.toThrow();
  expect(() => checkLayout('x', manifest, other({ vectors: 'binary' }))).toThrow('float16 of 4');
  expect(() => checkLayout('x', manifest, other({ model: { ...manifest.model, dimensions: 8 } }))).toThrow(
    expect.objectContaining({ code: 'INDEX_OTHER_SETTINGS' }),
  );
});
