import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** The bounds of docs/server.md, held by the program that measures them: it ends with 1 where one is exceeded. */
test('2,000 connections with bodies of 2 MB neither fill the memory nor keep /health waiting', async () => {
  const program = fileURLToPath(new URL('../../bench/server-flood.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, '2000', '20']);
  expect(stdout).toMatch(/\/health: median/);
});
