import { expect, test } from 'vitest';
import { pathOf } from './path-of.js';

test.each([
  ['/', '/'],
  ['/?a=/b/', '/'],
  ['/embed', '/embed'],
  ['/embed/', '/embed'],
  ['/embed/?a=b', '/embed'],
  ['/v1/models/a%2Fb', '/v1/models/a%2Fb'],
  ['/embed?a?b', '/embed'],
  ['http://a/v1/embeddings', '/v1/embeddings'],
  ['https://a:443/health?x=http://b/', '/health'],
  ['HTTP://a/embed', '/embed'],
  // No path hides behind a question mark, or behind no host.
  ['http://a?x=/health', ''],
  ['http:///health', 'http:///health'],
  ['/search?q=http://a/health', '/search'],
])('%s is the path %s', (url, path) => {
  expect(pathOf({ url })).toBe(path);
});
