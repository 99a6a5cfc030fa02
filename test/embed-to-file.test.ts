import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder } from 'octavec';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbedToFileOptions, embedToFile } from '#rooms/bulk';
import type { TextRecord, TextSource } from '#rooms/texts';
import { embeddedModel } from './support/golden-texts.js';
import { makeTinyFolder } from './support/tiny-folder.js';

const count = 1100;
const records: readonly TextRecord[] = Array.from({ length: count }, (_, i) => ({
  id: i,
  text: `${i} ${'on '.repeat((i * 7) % 4)}`,
}));

/** A source that breaks before a record, if told so. */
function source(options: { breaksAt?: number; from?: readonly TextRecord[] } = {}): TextSource {
  const { breaksAt, from = records } = options;
  return {
    name: 'records',
    share: () => undefined,
    records: (async function* () {
      for (const [i, record] of from.entries()) {
        if (i === breaksAt) {
          throw new Error('the source broke');
        }
        yield record;
      }
    })(),
  };
}

/** Files are the same with any model; `npm run test:long` writes them with the embedded one. */
const isLong = process.env.OCTAVEC_TEST_LONG !== undefined;
const [width, maxTokens, tokensOfLong] = isLong ? [384, 256, 302] : [64, 128, 1501];

let embedder: Embedder;
const whole = new Map<string, Buffer>();
const folder = mkdtempSync(join(tmpdir(), 'octavec-embed-to-file-'));
const model = isLong ? embeddedModel : join(folder, 'model');
beforeAll(async () => {
  if (!isLong) {
    makeTinyFolder(model, 'bert');
  }
  embedder = await Embedder.load(model, { memory: 'fast' });
  for (const format of ['jsonl', 'npy', 'parquet']) {
    const out = join(folder, `whole.${format}`);
    const outcome = await embedToFile(embedder, source(), out);
    expect(outcome).toEqual({
      out,
      texts: count,
      resumedAt: 0,
      truncated: 0,
      skipped: [],
      emptyLines: 0,
      type: 'float32',
      dimensions: width,
    });
    whole.set(format, readFileSync(out));
  }
});
afterAll(async () => {
  await embedder.close();
  rmSync(folder, { recursive: true });
});

let out: string;
beforeEach(() => {
  const place = join(folder, 'run');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  out = join(place, 'out.npy');
});

const filesBeside = () => readdirSync(join(folder, 'run')).sort();
const run = (options: EmbedToFileOptions = {}, from = source()) => embedToFile(embedder, from, out, options);
const begin = (options: EmbedToFileOptions = {}) =>
  expect(run(options, source({ breaksAt: 1090 }))).rejects.toThrow('the source broke');

describe('embedToFile', () => {
  test.each(['jsonl', 'npy', 'parquet'])('goes on where it stopped: .%s is the same to the bit', async (format) => {
    out = join(folder, `run/out.${format}`);
    const half = source({ breaksAt: 1090 });
    await expect(embedToFile(embedder, half, out)).rejects.toThrow('the source broke');
    // A Parquet file needs more for its first row group.
    const isKept = format !== 'parquet';
    expect(filesBeside()).toEqual(isKept ? [`out.${format}.part`, `out.${format}.progress`] : []);
    const seen: string[] = [];
    const outcome = await run({ onProgress: ({ stage, done }) => seen.push(`${stage} ${done}`) });
    // Two windows were whole; how many were kept depends on the time they took.
    expect(outcome.texts).toBe(count);
    expect(isKept ? [512, 1024] : [0]).toContain(outcome.resumedAt);
    expect(seen.at(-1)).toBe(`Embedding ${count}`);
    expect(seen.includes(`Checking what was done ${outcome.resumedAt}`)).toBe(isKept);
    expect(filesBeside()).toEqual([`out.${format}`]);
    expect(readFileSync(out).equals(whole.get(format) as Buffer)).toBe(true);
  });

  test('gives the same while others are embedded, too', async () => {
    const others = Promise.all(Array.from({ length: 20 }, (_, i) => embedder.embed([`another caller's text ${i}`])));
    await run();
    await others;
    expect(readFileSync(out).equals(whole.get('npy') as Buffer)).toBe(true);
  });

  test.each<[EmbedToFileOptions, RegExp]>([
    [{ prompt: 'query: ' }, /prompt was "" and is "query: "/],
    [{ dimensions: 32, type: 'int8' }, /type was "float32" and is "int8", dimensions was \d+ and is 32/],
    [{ overLong: 'chunk' }, /over-long was "truncate" and is "chunk"/],
  ])('refuses to go on in another way: %j', async (options, message) => {
    await begin();
    await expect(run(options)).rejects.toMatchObject({ code: 'RESUME_MISMATCH', message });
    expect(filesBeside()).toEqual(['out.npy.part', 'out.npy.progress']);
    expect(await run({ ...options, restart: true })).toMatchObject({ texts: count, resumedAt: 0 });
    expect(filesBeside()).toEqual(['out.npy']);
  });

  test('refuses to go on with other texts or another model', async () => {
    await begin();
    const changed = records.map((record, i) => (i === 3 ? { ...record, id: 'other' } : record));
    await expect(run({}, source({ from: changed }))).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: expect.stringMatching(/the first (512|1024) texts of the input are not those/),
    });
    await expect(run({}, source({ from: records.slice(0, 9) }))).rejects.toThrow('ends after 9 texts');
    const progress = readFileSync(`${out}.progress`, 'utf8').replace(/"model":"[0-9a-f]+"/, '"model":"0"');
    writeFileSync(`${out}.progress`, progress);
    await expect(run()).rejects.toThrow('another model');
  });

  test('refuses to go on with weights in another layout', async () => {
    await begin();
    const other = await Embedder.load(model, { memory: 'shared', workers: 1 });
    await expect(embedToFile(other, source(), out)).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: expect.stringMatching(/memory was "fast" and is "shared", batch tokens was \d+ and is \d+/),
    });
    await other.close();
  });

  test('is done at once if the end was all that was missing', async () => {
    await begin();
    await run();
    // As after a kill between the renaming and the tidying.
    const part = readFileSync(out);
    rmSync(out);
    await begin();
    renameSync(`${out}.part`, join(folder, 'spare'));
    const last = { records: count, digest: digestOfAll(), truncated: 0, skipped: [], bytes: part.length };
    writeFileSync(`${out}.progress`, `\n${JSON.stringify({ at: last })}\n${JSON.stringify({ whole: part.length })}\n`, {
      flag: 'a',
    });
    writeFileSync(out, part);
    expect(await run()).toMatchObject({ texts: count, resumedAt: count });
    expect(filesBeside()).toEqual(['out.npy']);
    expect(readFileSync(out).equals(part)).toBe(true);
  });

  test('begins anew if the unfinished file is gone', async () => {
    await begin();
    rmSync(`${out}.part`);
    expect(await run()).toMatchObject({ texts: count, resumedAt: 0 });
  });

  test('is written by one at a time', async () => {
    const outcomes = await Promise.allSettled([run(), run()]);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'OUTPUT_BUSY' } }]);
    expect(outcomes.find(({ status }) => status === 'fulfilled')).toMatchObject({ value: { texts: count } });
    expect(filesBeside()).toEqual(['out.npy']);
  });

  test('keeps what was done when it is cancelled, and says so', async () => {
    const controller = new AbortController();
    const cancelled = run({
      signal: controller.signal,
      onProgress: ({ done }) => done > 1030 && controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({
      code: 'CANCELLED',
      message: /embedding into .*out\.npy; (512|1024) texts are kept, and the same command goes on from there/,
    });
    expect((await run()).resumedAt).toBeGreaterThan(0);
    expect(readFileSync(out).equals(whole.get('npy') as Buffer)).toBe(true);
  });

  test('leaves nothing behind if it fails before anything was kept', async () => {
    out = join(folder, 'run/new/folder/out.npy');
    await expect(run({}, source({ breaksAt: 5 }))).rejects.toThrow('the source broke');
    expect(filesBeside()).toEqual([]);
  });

  test('names the text that cannot be embedded by its place in the whole', async () => {
    const from = records.map((record, i) => (i === 1080 ? { text: 'word '.repeat(300) } : record));
    const refused = { code: 'TEXT_TOO_LONG', details: { index: 1080, tokens: tokensOfLong, maxTokens } };
    await expect(run({ overLong: 'error' }, source({ from }))).rejects.toMatchObject(refused);
    await expect(run({ overLong: 'error' }, source({ from }))).rejects.toMatchObject(refused);
  });

  test('takes the ranges of 8-bit numbers from the first texts and keeps to them', async () => {
    const { ranges } = await run({ type: 'int8' });
    const numbers = readFileSync(out).subarray(128);
    expect(numbers.length).toBe(count * width);
    expect(numbers.reduce((set, number) => set.add(number), new Set()).size).toBe(256);
    rmSync(out);
    await begin({ type: 'int8', ranges });
    const other = { least: new Float32Array(width).fill(-1), greatest: new Float32Array(width).fill(1) };
    await expect(run({ type: 'int8', ranges: other })).rejects.toThrow('other ranges for its numbers');
    await run({ type: 'int8' });
    expect(readFileSync(out).subarray(128).equals(numbers)).toBe(true);
  });

  test('writes an empty file for no texts', async () => {
    expect(await run({}, source({ from: [] }))).toMatchObject({ texts: 0 });
    expect(readFileSync(out).toString('latin1')).toContain(`'shape': (0, ${width})`);
  });
});

/** As journals have it. */
function digestOfAll(): string {
  const hash = createHash('sha256');
  for (const { id, text } of records) {
    hash.update(`number:${id}:${text.length}:${text}`);
  }
  return hash.digest('hex');
}
