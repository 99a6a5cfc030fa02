import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { folderOf, placeOf } from './open-store.js';

test.each([
  ['docs.index', 'folder', 'docs.index'],
  ['postgres://me:secret@host/app?index=docs', 'PostgreSQL', 'postgres://me@host/app?index=docs'],
  ['POSTGRESQL://host/app', 'PostgreSQL', 'postgres://host/app?index=octavec'],
  ['lancedb:./docs.lance', 'LanceDB', 'lancedb:./docs.lance'],
  ['./lancedb', 'folder', './lancedb'],
  ['postgres', 'folder', 'postgres'],
])('%s is in a %s', (location, kind, shown) => {
  expect(placeOf(location)).toMatchObject({ kind, shown });
});

test('a file URL is a folder', () => {
  expect(placeOf(pathToFileURL('/a b/docs.index'))).toMatchObject({ kind: 'folder', shown: '/a b/docs.index' });
});

test('what needs a folder says so, without the password', () => {
  expect(folderOf('docs.index', 'search check', 'hint')).toBe('docs.index');
  const refused = () => folderOf('postgres://me:secret@host/app', 'search check', 'hint');
  expect(refused).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(refused).toThrow(/^(?!.*secret).*"search check" is for indexes in folders/);
});
