import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkLocation, maybePathOf, pathOf } from './location.js';

const path = fileURLToPath(new URL('file:///models/a%20model'));

describe('a location', () => {
  test.each([
    ['a path', './models/gte', './models/gte'],
    ['a name', 'minilm', 'minilm'],
    ['a URL', pathToFileURL(path), path],
    ['a URL as text', 'file:///models/a%20model', path],
    ['a URL in capitals', 'FILE:///models/a%20model', path],
    ['a path that only begins as a URL does', 'file:model', 'file:model'],
  ])('is %s', (_, location, expected) => {
    expect(pathOf('model', location)).toBe(expected);
    expect(() => checkLocation('model', location)).not.toThrow();
  });

  test.each([
    ['nothing', undefined, /model is undefined, and must be a path/],
    ['null', null, /model is null/],
    ['a number', 3, /model is number/],
    ['an empty text', '', /model is empty/],
    ['a zero byte', 'a\0b', /zero byte/],
    ['a URL of the web', new URL('https://example.org/model'), /https:\/\/example\.org\/model, which is no place/],
    [
      'a URL of another machine',
      'file://server/share',
      process.platform === 'win32' ? /never/ : /no place on this machine/,
    ],
  ])('is not %s', (_, location, message) => {
    expect(() => pathOf('model', location as string)).toThrow(message);
    expect(() => pathOf('model', location as string)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('that may be left out is undefined then, but not empty', () => {
    expect(maybePathOf('output', undefined)).toBeUndefined();
    expect(maybePathOf('output', 'out')).toBe('out');
    expect(() => maybePathOf('output', '')).toThrow(/output is empty/);
  });
});
