import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { Metadata } from '../search/index.js';
import { titleOf, urlOf } from './source.js';

const sources = [
  { name: 'docs', path: resolve('home/docs') },
  { name: 'corpus.jsonl', path: resolve('home/corpus.jsonl') },
];
const fileUrl = (path: string) => pathToFileURL(resolve(path)).href;

test.each<[string, Metadata, string]>([
  ['docs/guide/start here.md', {}, fileUrl('home/docs/guide/start here.md')],
  ['corpus.jsonl', {}, fileUrl('home/corpus.jsonl')],
  ['corpus.jsonl#12', {}, `${fileUrl('home/corpus.jsonl')}#12`],
  ['docs/rows.csv#a#b', {}, `${fileUrl('home/docs/rows.csv')}#a#b`],
  ['docs/start.md', { url: 'https://example.com/start' }, 'https://example.com/start'],
  ['docs/start.md', { url: 'no address' }, fileUrl('home/docs/start.md')],
  // Added by a program: its id only looks like a file.
  ['docs-of-mine', {}, 'octavec:docs-of-mine'],
  ['../etc/passwd', {}, 'octavec:..%2Fetc%2Fpasswd'],
])('the address of %s with %j', (document, metadata, url) => {
  expect(urlOf({ document, metadata }, sources)).toBe(url);
});

test('a document is called by its title, else by its id', () => {
  expect(titleOf({ document: 'a.md', metadata: { title: 'A guide' } })).toBe('A guide');
  expect(titleOf({ document: 'a.md', metadata: { title: ' ' } })).toBe('a.md');
  expect(titleOf({ document: 'a.md', metadata: { title: 7 } })).toBe('a.md');
});
