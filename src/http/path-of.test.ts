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
])('%s is the path %s', (url, path) => {
  expect(pathOf({ url })).toBe(path);
});
