import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OwnedFile } from './owned-file.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-owned-'));
  path = join(folder, 'out.progress');
});
afterEach(() => rm(folder, { recursive: true }));

/** A number that no process has: above the greatest of Linux. */
const nobody = 2 ** 22 + 1;

test('lines come back in their order, beside those of the owners', async () => {
  const first = await OwnedFile.open(path, 'out');
  await first.append({ a: 1 });
  await first.append({ b: 'x\ny' });
  await first.close();
  const second = await OwnedFile.open(path, 'out');
  expect(second.lines.filter((line) => !('owner' in line))).toEqual([{ a: 1 }, { b: 'x\ny' }]);
  await second.close();
});

describe('one at a time', () => {
  test('a second owner is refused while the first is there, and has it afterwards', async () => {
    const first = await OwnedFile.open(path, 'out');
    await expect(OwnedFile.open(path, 'out')).rejects.toMatchObject({
      code: 'OUTPUT_BUSY',
      details: { path: 'out', owner: `process ${process.pid}` },
    });
    await first.append({ a: 1 });
    await first.close();
    await (await OwnedFile.open(path, 'out')).close();
  });

  test('of many who come at once, one has it', async () => {
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => OwnedFile.open(path, 'out')));
    const owners = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(owners).toHaveLength(1);
    await owners[0].close();
  });

  test('an owner who is dead, or whose number somebody else has now, counts for nothing', async () => {
    const dead = { owner: { pid: nobody, started: '1', token: 'x' } };
    const reused = { owner: { pid: process.pid, started: 'long ago', token: 'y' } };
    await writeFile(path, `${JSON.stringify(dead)}\n${JSON.stringify(reused)}\n`);
    await (await OwnedFile.open(path, 'out')).close();
  });

  test('an owner in this process who has let go counts for nothing', async () => {
    await (await OwnedFile.open(path, 'out')).close();
    await (await OwnedFile.open(path, 'out')).close();
  });
});

test('a line that was torn, wherever, counts for nothing, and hides no other', async () => {
  const content = '\n{"a":1}\n\n{"b":2';
  await writeFile(path, content);
  const file = await OwnedFile.open(path, 'out');
  await file.append({ c: 3 });
  await file.close();
  const again = await OwnedFile.open(path, 'out');
  expect(again.lines.filter((line) => !('owner' in line))).toEqual([{ a: 1 }, { c: 3 }]);
  await again.close();
  expect((await readFile(path, 'utf8')).startsWith(content)).toBe(true);
});

test('a file in a folder that is not there is an error of the file system', async () => {
  await expect(OwnedFile.open(join(folder, 'none', 'x'), 'out')).rejects.toMatchObject({ code: 'ENOENT' });
});
