import { isAbsolute } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { homeFolder } from './home-folder.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.skipIf(process.platform === 'win32')('the home folder is what HOME says', () => {
  vi.stubEnv('HOME', '/home/me');
  expect(homeFolder()).toBe('/home/me');
});

test('an empty HOME is none: nothing may be kept in the working folder for it', () => {
  vi.stubEnv('HOME', '');
  expect(isAbsolute(homeFolder())).toBe(true);
});
