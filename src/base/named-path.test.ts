import { expect, test } from 'vitest';
import { namedPath } from './named-path.js';

test.each([
  ['guide=./docs.index', { name: 'guide', path: './docs.index' }],
  ['my-wiki=a=b', { name: 'my-wiki', path: 'a=b' }],
  ['docs=lancedb:docs.lance', { name: 'docs', path: 'lancedb:docs.lance' }],
  ['docs.index', { path: 'docs.index' }],
  ['./a=b.index', { path: './a=b.index' }],
  ['postgres://host/app?index=docs', { path: 'postgres://host/app?index=docs' }],
  ['guide=', { path: 'guide=' }],
])('%s', (text, expected) => {
  expect(namedPath(text)).toEqual(expected);
});
