import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, inject, test } from 'vitest';
import { readModel, writeModel } from '../../src/onnx/index.js';
import { dynamicInt8 } from '../../src/quantize/index.js';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { errorOf, filesIn, octavec, octavecProcess, temporaryFolder } from './octavec.js';

const int8 = () => ['embed', inject('variants'), '--variant', 'int8', '--json'];

/** A tiny model in dynamic INT8, for what takes many runs. */
async function tinyInt8(folder: string): Promise<string[]> {
  const original = await readModel(makeTinyFolder(folder, 'bert'));
  await writeModel(dynamicInt8(original), join(folder, 'onnx/model_int8.onnx'));
  return ['embed', folder, '--variant', 'int8', '--json'];
}

/** Texts of so many different lengths with ids, as JSON lines. */
function jsonLines(count: number, lengths = 6): string {
  const text = (i: number) => `text ${i} ${'with some words more '.repeat((i * 7) % lengths)}`;
  return Array.from({ length: count }, (_, i) => `${JSON.stringify({ id: `d${i}`, content: text(i) })}\n`).join('');
}

function inputFile(count: number, lengths?: number): { readonly folder: string; readonly file: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'in.jsonl');
  writeFileSync(file, jsonLines(count, lengths));
  return { folder, file };
}

/** How many checkpoints an unfinished output has. */
function checkpoints(out: string): number {
  return existsSync(`${out}.progress`) ? readFileSync(`${out}.progress`, 'utf8').split('{"at"').length - 1 : 0;
}

describe('octavec embed --file --out', () => {
  // Dynamic INT8 takes its scales from whole batches: the slightest difference in how texts are batched would show.
  test.each([
    ['jsonl', 3000, 6, tinyInt8, 3],
    ['npy', 3000, 6, tinyInt8, 3],
    // Kept row group by row group, of 3072 where vectors are as long as those of the embedded model: `npm run test:long`.
    ...(process.env.OCTAVEC_TEST_LONG ? [['parquet', 6500, 1, async () => int8(), 2] as const] : []),
  ] as const)('killed at random moments again and again, .%s is the same to the bit', async (...parameters) => {
    const [format, count, lengths, model, least] = parameters;
    const { folder, file } = inputFile(count, lengths);
    const embed = await model(temporaryFolder());
    const args = (out: string) => [...embed, '--file', file, '--field', 'content', '--out', out];
    const expected = join(folder, `expected.${format}`);
    const start = performance.now();
    expect(await octavecProcess(args(expected))).toMatchObject({ status: 0 });
    const usualMs = performance.now() - start;

    const out = join(folder, `out.${format}`);
    let kills = 0;
    const killAtRandom = async (child: ChildProcess, round: number) => {
      const before = checkpoints(out);
      if (round % 2 === 1) {
        await setTimeout(0.8 * usualMs * Math.random());
      } else {
        while (child.exitCode === null && checkpoints(out) <= before) {
          await setTimeout(2);
        }
        await setTimeout(50 * Math.random());
      }
      kills += child.kill('SIGKILL') ? 1 : 0;
    };
    for (let round = 0; ; round++) {
      const unfinished = checkpoints(out) > 1;
      const kill = round < least || !unfinished ? (child: ChildProcess) => void killAtRandom(child, round) : undefined;
      const { status, stdout, stderr } = await octavecProcess(args(out), { whileRunning: kill });
      if (status === null) {
        continue;
      }
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { resumedAt, ...outcome } = JSON.parse(stdout);
      expect(outcome).toMatchObject({ out, texts: count, truncated: 0 });
      if (unfinished) {
        expect(resumedAt).toBeGreaterThan(0);
      }
      expect(readFileSync(out).equals(readFileSync(expected))).toBe(true);
      if (resumedAt > 0) {
        break;
      }
      // It was done before it could be killed behind its second checkpoint: once more.
      rmSync(out);
    }
    expect(kills).toBeGreaterThan(0);
    expect(filesIn(folder)).toEqual([`expected.${format}`, 'in.jsonl', `out.${format}`].sort());
  });

  test('keeps order, ids and texts, from a compressed pipe, too', async () => {
    const { folder } = inputFile(0);
    const zipped = join(folder, 'in.gz');
    writeFileSync(zipped, gzipSync(jsonLines(700)));
    const out = join(folder, 'out.jsonl');
    const under = ['bash', '-c', `gunzip -c ${zipped} | "$@"`, 'bash'];
    const args = [...int8(), 'first', '--file', '-', '--field', 'content', '--out', out];
    expect(await octavecProcess(args, { under })).toMatchObject({ status: 0, stderr: '' });
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    const written = lines.map((line) => JSON.parse(line));
    const given = jsonLines(700).trimEnd().split('\n');
    expect(written.map(({ id, text }) => ({ id, text }))).toEqual([
      { text: 'first' },
      ...given.map((line) => JSON.parse(line)).map(({ id, content }) => ({ id, text: content })),
    ]);
  });

  test('goes on with a pipe after SIGTERM, and refuses another one', async () => {
    const { folder, file } = inputFile(3000);
    const out = join(folder, 'out.npy');
    const args = [...(await tinyInt8(temporaryFolder())), '--file', '-', '--field', 'content', '--out', out];
    const under = ['bash', '-c', `exec "$@" < <(cat ${file})`, 'bash'];
    const stopped = await octavecProcess(args, {
      // A pipe that pauses, so that there is something to keep, and stays open, so that the end cannot come first.
      under: [
        'bash',
        '-c',
        `exec "$@" < <(head -n 2000 ${file}; sleep 0.5; tail -n +2001 ${file}; exec sleep 20 2>&-)`,
        'bash',
      ],
      whileRunning: async (child) => {
        while (checkpoints(out) < 1) {
          await setTimeout(5);
        }
        child.kill('SIGTERM');
      },
    });
    expect([stopped.status, errorOf(stopped)]).toEqual([
      143,
      { code: 'CANCELLED', message: expect.stringMatching(/\d+ texts are kept, and the same command goes on/) },
    ]);
    const other = await octavecProcess(args, { under: ['bash', '-c', `tail -n +2 ${file} | "$@"`, 'bash'] });
    expect([other.status, errorOf(other)]).toEqual([
      2,
      { code: 'RESUME_MISMATCH', message: expect.stringMatching(/are not those that were embedded.*--restart/) },
    ]);
    const { status, stdout } = await octavecProcess(args, { under });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ texts: 3000 });
    expect(JSON.parse(stdout).resumedAt).toBeGreaterThan(0);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at once at %s while a pipe has nothing to give', async (signal, expected) => {
    const given = await octavecProcess([...int8().slice(0, -1), 'first', '--file', '-'], {
      under: ['bash', '-c', 'exec "$@" < <(echo hello; exec sleep 20 2>&-)', 'bash'],
      whileRunning: (child) => {
        // The vectors are there although the pipe is open.
        child.stdout?.once('data', () => child.kill(signal));
      },
    });
    expect(given).toMatchObject({ status: expected, stderr: 'error: Cancelled: embedding.\n' });
    expect(given.stdout).toMatch(/^{"text":"first",.*\n{"text":"hello",.*\n$/);
  });

  test('prints what came before a line that is broken', async () => {
    const { folder } = inputFile(0);
    const file = join(folder, 'broken.jsonl');
    writeFileSync(file, '{"text":"a"}\n{"text":\n');
    const { status, stdout, stderr } = await octavec([...int8().slice(0, -1), '--file', file]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('broken.jsonl cannot be read: line 2 is not JSON')]);
    expect(stdout).toMatch(/^{"text":"a",.*\n$/);
  });

  test('writes and reads Parquet, and every type of numbers', async () => {
    const { folder, file } = inputFile(300);
    const parquet = join(folder, 'out.parquet');
    const ranges = join(folder, 'ranges.json');
    const field = ['--field', 'content'];
    const typed = [...int8(), '--type', 'int8', '--ranges', ranges, '--dimensions', '64'];
    expect(await octavec([...typed, '--file', file, ...field, '--out', parquet])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (_, i) => `d${i}`));
    expect(rows[7].embedding.length).toBe(64);
    // The same ranges for other texts, and the written file as the input.
    const again = await octavec([...typed, '--file', parquet]);
    const printed = JSON.parse(again.stdout);
    expect(printed.map(({ id, text }: { id: string; text: string }) => [id, text])).toEqual(
      rows.map(({ id, text }) => [id, text]),
    );
    const close = printed[7].embedding.filter(
      (value: number, i: number) => Math.abs(value - rows[7].embedding[i]) <= 24,
    );
    expect(close.length).toBeGreaterThan(60);
    for (const [type, length] of [
      ['ubinary', 48],
      ['binary', 48],
      ['base64', 2048],
      ['float32', 384],
    ] as const) {
      const { stdout } = await octavec([...int8(), '--type', type, 'a cat']);
      expect(JSON.parse(stdout)[0].embedding.length).toBe(length);
    }
  });

  test('takes over-long texts as it is told', async () => {
    const long = 'word '.repeat(400);
    const refused = await octavec([...int8(), '--over-long', 'error', 'a', long]);
    expect([refused.status, refused.stdout, errorOf(refused).code]).toEqual([1, '', 'TEXT_TOO_LONG']);
    const chunked = await octavec([...int8(), '--over-long', 'chunk', '--overlap', '10', long]);
    expect([chunked.status, chunked.stderr]).toEqual([0, '']);
  });

  test.each([
    [['a', '--type', 'int8'], 'int8 numbers mean nothing without the ranges'],
    [['a', '--type', 'base64', '--out', 'x.npy'], 'holds numbers, not base64'],
    [['a', '--dimensions', '500'], '500 dimensions are asked for'],
    [['a', '--memory', 'small'], 'Allowed choices are auto, fast, shared'],
  ])('says what is wrong with %j', async (args, message) => {
    const outcome = await octavec([...int8(), ...args]);
    expect([outcome.status, errorOf(outcome).code]).toEqual([2, 'USAGE']);
    expect(errorOf(outcome).message).toContain(message);
  });

  test('runs as many sessions as it is told, and tells a terminal', async () => {
    const command = `node dist/cli/main.js embed ${inject('variants')} --variant int8 --engine onnxruntime --pool 2 --threads 1 --memory shared a`;
    const { status, stdout } = await octavecProcess([], {
      under: ['bash', '-c', `script -qec '${command}' /dev/null`],
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /INT8 embedder ready: 1 thread × 2 workers \(as asked for\), 384 dimensions, .*, ONNX Runtime [\d.]+, shared weights/,
    );
  });
});
