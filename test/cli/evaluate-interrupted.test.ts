import type { ChildProcess } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { filesIn, octavec, octavecProcess, temporaryFolder } from './octavec.js';

const words = ['ice', 'water', 'cell', 'bank', 'river', 'card', 'light', 'gene', 'north', 'glass'];
const text = (i: number) => [0, 1, 2, 3].map((place) => words[Math.floor(i / 10 ** place) % 10]).join(' ');
const lines = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).join('\n');

/** A retrieval task of several files of vectors. */
function beirFolder(documents: number): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'qrels'));
  writeFileSync(
    join(folder, 'corpus.jsonl'),
    lines([...Array(documents).keys()].map((i) => ({ _id: `d${i}`, text: text(i) }))),
  );
  writeFileSync(join(folder, 'queries.jsonl'), lines([7, 77, 777].map((i) => ({ _id: `q${i}`, text: text(i) }))));
  const judged = [7, 77, 777].map((i) => `q${i}\td${i}\t1`);
  writeFileSync(join(folder, 'qrels/test.tsv'), ['query-id\tcorpus-id\tscore', ...judged].join('\n'));
  return folder;
}

/** Files of vectors in a cache, and their inodes: one that is written again is another file. */
function vectorFiles(cache: string): Map<string, number> {
  const files = filesIn(cache).filter((path) => path.endsWith('.f32'));
  return new Map(files.map((path) => [path, statSync(join(cache, path)).ino]));
}

async function interruptWhen(child: ChildProcess, condition: () => boolean): Promise<void> {
  while (child.exitCode === null && !condition()) {
    await setTimeout(5);
  }
  child.kill('SIGINT');
}

test('an interrupted evaluation goes on from what it kept', async () => {
  const [task, cache] = [beirFolder(2600), temporaryFolder()];
  const args = ['evaluate', inject('variants'), '--variant', 'int8', '--task', task, '--cache', cache, '--json'];
  const first = await octavecProcess(args, {
    // The queries' file, and one of the documents'.
    whileRunning: (child) => void interruptWhen(child, () => vectorFiles(cache).size >= 2),
  });
  expect(first).toMatchObject({ status: 130, stdout: '' });
  expect(JSON.parse(first.stderr).error.code).toBe('CANCELLED');
  const kept = vectorFiles(cache);
  expect(kept.size).toBeGreaterThanOrEqual(2);
  expect(kept.size).toBeLessThan(7);

  const second = await octavec(args);
  expect(second.status).toBe(0);
  const all = vectorFiles(cache);
  expect(all.size).toBe(7);
  for (const [path, inode] of kept) {
    expect(all.get(path)).toBe(inode);
  }
  expect(JSON.parse(second.stdout).results[0].metrics['recall@10']).toBe(1);
  const whole = await octavec(args.map((word) => (word === cache ? temporaryFolder() : word)));
  expect(JSON.parse(whole.stdout).results).toEqual(JSON.parse(second.stdout).results);
});
