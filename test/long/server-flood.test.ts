import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The bounds of docs/server.md, held by the program that measures them. How long /health waits depends on the machine. */
test('2,000 connections with bodies of 2 MB do not fill the memory, and others are answered', () => {
  const program = fileURLToPath(new URL('../../bench/server-flood.mjs', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [program, '2000', '20'], { encoding: 'utf8' });
  expect(stdout).toMatch(/bounds held: memory yes, answers yes/);
});
