import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import {
  errorOf,
  filesIn,
  type Outcome,
  octavec,
  octavecProcess,
  type ProcessOptions,
  temporaryFolder,
} from './octavec.js';

const quantizing = (output: string) => [
  ...['quantize', inject('tiny'), output, '--to', 'fp16', '--texts', inject('texts'), '--json'],
];
const quantize = (output: string) => octavec(quantizing(output));

describe('an output that cannot be written', () => {
  test('because a file stands where a folder should be', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'kept');
    for (const output of ['file', 'file/deeper', 'file/model.onnx']) {
      const outcome = await quantize(join(folder, output));
      expect([outcome.status, errorOf(outcome).code]).toEqual([1, 'OUTPUT_NOT_WRITABLE']);
    }
    const embedded = await octavec(['embed', inject('tiny'), 'a', '--out', join(folder, 'file/a.npy'), '--json']);
    expect([embedded.status, errorOf(embedded).code]).toEqual([1, 'OUTPUT_NOT_WRITABLE']);
    expect(filesIn(folder)).toEqual(['file']);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept');
  });

  test('because a folder stands where a file should be', async () => {
    const folder = temporaryFolder();
    const left = ['a.jsonl', 'a.onnx', 'onnx', 'onnx/model_fp16.onnx'];
    for (const name of left) {
      mkdirSync(join(folder, name));
    }
    const outcomes = [
      await octavec(['embed', inject('tiny'), 'a', '--out', join(folder, 'a.jsonl'), '--json']),
      await quantize(join(folder, 'a.onnx')),
      await quantize(folder),
    ];
    for (const outcome of outcomes) {
      expect([outcome.status, errorOf(outcome)]).toEqual([
        1,
        { code: 'OUTPUT_NOT_WRITABLE', message: expect.stringContaining('it is a folder') },
      ]);
    }
    expect(filesIn(folder)).toEqual(left);
  });

  // Permissions do not stop root.
  test.skipIf(process.getuid?.() === 0)('because of its permissions', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    const outcome = await quantize(join(folder, 'out'));
    expect([outcome.status, errorOf(outcome).code]).toEqual([1, 'OUTPUT_NOT_WRITABLE']);
    expect(filesIn(folder)).toEqual([]);
  });
});

/** Mounting in a namespace of one's own needs no rights on most systems. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** Runs on a file system of its own that is mounted over `folder`, and gives the files that were left there. */
async function onFileSystem(mountOptions: string, run: (folder: string, options: ProcessOptions) => Promise<Outcome>) {
  const folder = temporaryFolder();
  const listing = join(temporaryFolder(), 'listing');
  const script = `mount -t tmpfs -o ${mountOptions} tmpfs '${folder}' || exit 99
    "$@"
    status=$?
    find '${folder}' -mindepth 1 > '${listing}'
    exit $status`;
  const outcome = await run(folder, { under: ['unshare', '-rm', 'sh', '-c', script, 'sh'] });
  return { status: outcome.status, ...errorOf(outcome), left: readFileSync(listing, 'utf8') };
}

describe.skipIf(!canMount)('a file system', () => {
  // 8 kB are too few for the configuration, 200 kB for the model.
  test.each(['8k', '200k'])('that is full after %s', async (size) => {
    const outcome = await onFileSystem(`size=${size}`, (folder, options) =>
      octavecProcess(quantizing(join(folder, 'new/out')), options),
    );
    expect(outcome).toMatchObject({ status: 1, code: 'DISK_FULL', message: /free some space/, left: '' });
  });

  test('that is too small for vectors', async () => {
    const args = (out: string) => ['embed', inject('tiny'), '--file', inject('texts'), '--out', out, '--json'];
    for (const name of ['vectors.npy', 'vectors.jsonl']) {
      const outcome = await onFileSystem('size=4k', (folder, options) =>
        octavecProcess(args(join(folder, name)), options),
      );
      expect(outcome).toMatchObject({ status: 1, code: 'DISK_FULL', left: '' });
    }
  });

  test('that is read-only', async () => {
    const outcome = await onFileSystem('ro', (folder, options) =>
      octavecProcess(quantizing(join(folder, 'out')), options),
    );
    expect(outcome).toMatchObject({ status: 1, code: 'OUTPUT_NOT_WRITABLE', left: '' });
  });
});

describe('a standard stream that takes nothing any more', () => {
  test.skipIf(!existsSync('/dev/full'))('since the disk behind it is full', async () => {
    const outcome = await octavecProcess(['--version', '--json'], {
      under: ['sh', '-c', 'exec "$@" >/dev/full', 'sh'],
    });
    expect([outcome.status, errorOf(outcome)]).toEqual([
      1,
      { code: 'DISK_FULL', message: expect.stringMatching(/^Cannot write the output: ENOSPC.*free some space/) },
    ]);
  });

  test('since nobody reads the messages: the exit status is the same', async () => {
    const { status } = await octavecProcess(['config'], { whileRunning: ({ stderr }) => void stderr?.destroy() });
    expect(status).toBe(2);
  });
});
