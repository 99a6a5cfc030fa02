import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder } from './cache-folder.js';

test.each([
  [{}, join(homedir(), '.cache', 'octavec')],
  [{ XDG_CACHE_HOME: '/x' }, '/x/octavec'],
  [{ XDG_CACHE_HOME: '' }, join(homedir(), '.cache', 'octavec')],
  [{ OCTAVEC_CACHE: '/own', XDG_CACHE_HOME: '/x' }, '/own'],
  [{ OCTAVEC_CACHE: '', XDG_CACHE_HOME: '/x' }, '/x/octavec'],
])('with %j it is %s', (environment, folder) => {
  expect(cacheFolder(environment)).toBe(folder);
});
