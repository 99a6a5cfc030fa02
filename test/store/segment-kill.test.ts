import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killWriter } from '../support/kill-writer.js';

// test/long/search-kills.test.ts does it two hundred times.
test('a store whose writer is killed has what was stored, once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-kill-'));
  expect(await killWriter(join(folder, 'killed.index'), 3)).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});
