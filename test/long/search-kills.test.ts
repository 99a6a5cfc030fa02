import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killWriter } from '../support/kill-writer.js';

test('a store whose writer is killed two hundred times has what was stored, once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-kills-'));
  expect(await killWriter(join(folder, 'killed.index'), 200)).toBeGreaterThan(200);
  rmSync(folder, { recursive: true });
}, 1_800_000);
