import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { version } from './version.js';

test('is that of package.json', () => {
  const path = new URL('../../package.json', import.meta.url);
  expect(version).toBe(JSON.parse(readFileSync(path, 'utf8')).version);
});
