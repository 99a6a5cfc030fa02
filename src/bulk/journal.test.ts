import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Checkpoint, Journal } from './journal.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'out.npy.progress');
const open = () => Journal.open(path, 'out.npy');
const checkpoint = (records: number): Checkpoint => ({ records, digest: 'd', truncated: 0, bytes: 10 * records });
const settings = { type: 'float32' };

beforeEach(() => rmSync(path, { force: true }));

async function written(write: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await open();
  await write(journal);
  await journal.close();
}

describe('a journal', () => {
  test('knows nothing at first', async () => {
    await written(async ({ begun, last }) => {
      expect([begun, last]).toEqual([undefined, undefined]);
    });
  });

  test('tells what was written since the last beginning', async () => {
    await written(async (journal) => {
      await journal.begin({ type: 'int8' });
      await journal.checkpoint(checkpoint(1));
      await journal.begin(settings);
      await journal.note({ a: 1 });
      await journal.checkpoint(checkpoint(2));
      await journal.note({ b: 2 });
      await journal.checkpoint(checkpoint(3));
      expect(journal.last).toEqual(checkpoint(3));
    });
    await written(async ({ begun, last }) => {
      expect(begun).toEqual({ settings, notes: { a: 1, b: 2 }, checkpoints: [2, 3].map(checkpoint), whole: undefined });
      expect(last).toEqual(checkpoint(3));
    });
    await written((journal) => journal.whole(30));
    await written(async ({ begun }) => expect(begun?.whole).toBe(30));
  });

  test('goes on behind a line that was torn, wherever that was', async () => {
    await written(async (journal) => {
      await journal.begin(settings);
      await journal.checkpoint(checkpoint(1));
    });
    const whole = readFileSync(path);
    const lines = whole.toString().split('\n');
    const lastLine = whole.length - Buffer.byteLength(lines.at(-2) as string) - 1;
    for (let end = 0; end <= whole.length; end++) {
      writeFileSync(path, whole.subarray(0, end));
      await written(async (journal) => {
        // Only the line break behind it may be missing.
        expect(journal.last).toEqual(end >= whole.length - 1 ? checkpoint(1) : undefined);
        if (end >= lastLine) {
          expect(journal.begun?.settings).toEqual(settings);
          await journal.checkpoint(checkpoint(2));
        }
      });
      if (end >= lastLine) {
        await written(async ({ last }) => expect(last).toEqual(checkpoint(2)));
      }
    }
  });

  test('is for one at a time, in this process and among all', async () => {
    const journal = await open();
    await expect(open()).rejects.toMatchObject({ code: 'OUTPUT_BUSY', message: /process \d+/ });
    await journal.close();
    await (await open()).close();

    // The process that started this one is alive.
    rmSync(path);
    appendFileSync(path, `\n${JSON.stringify({ owner: { pid: process.ppid, token: 'other' } })}\n`);
    await expect(open()).rejects.toMatchObject({ code: 'OUTPUT_BUSY' });
  });

  test.skipIf(!existsSync('/proc/self/stat'))(
    'of a process that is gone is free, though its number is used again',
    async () => {
      for (const owner of [
        { pid: process.ppid, started: '1', token: 'a' },
        { pid: process.pid, started: '1', token: 'b' },
        { pid: 2 ** 22 + 1, token: 'c' },
      ]) {
        appendFileSync(path, `\n${JSON.stringify({ owner })}\n`);
      }
      await (await open()).close();
    },
  );

  test.skipIf(!existsSync('/proc/self/stat'))('of a process that ended and nobody asked for is free', async () => {
    // A parent that never waits for its child, which outlives the shell: that one would.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]));
      const isZombie = () => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      await vi.waitFor(isZombie, { timeout: 20_000 });
      appendFileSync(path, `\n${JSON.stringify({ owner: { pid, token: 'other' } })}\n`);
      await (await open()).close();
    } finally {
      parent.kill();
    }
  });
});
