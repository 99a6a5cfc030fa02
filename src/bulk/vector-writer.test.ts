import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { type StreamBatch, Vectors } from '../embed/index.js';
import type { TextRecord } from '../texts/index.js';
import { jsonlSink } from './jsonl-sink.js';
import { PartialFile } from './partial-file.js';
import { RecordDigest } from './record-digest.js';
import type { StoredType } from './stored-vectors.js';
import { notesOf, rangesOfNotes, VectorWriter } from './vector-writer.js';

let folder: string;
let target: string;
let partial: PartialFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-writer-'));
  target = join(folder, 'v.jsonl');
  partial = await PartialFile.open(target);
  await partial.begin({}, {});
});
afterEach(async () => {
  await partial.leave();
  await rm(folder, { recursive: true });
});

/** A batch of texts with vectors of one number; NaN stands for a text that has none. */
function batchOf(values: Readonly<Record<string, number>>, truncated = 0): StreamBatch<TextRecord> {
  const numbers = Object.values(values);
  const failures = numbers.flatMap((value, index) =>
    Number.isNaN(value) ? [{ index, error: new OctavecError('TEXT_INVALID', { index, why: 'it is bad' }) }] : [],
  );
  const tokenCounts = new Int32Array(numbers.length);
  const vectors = new Vectors({ data: Float32Array.from(numbers), columns: 1, tokenCounts, truncated, failures });
  return { items: Object.keys(values).map((text) => ({ text })), vectors } as StreamBatch<TextRecord>;
}

const writerOf = (
  type: StoredType,
  into = partial,
  begun?: ConstructorParameters<typeof VectorWriter>[2],
  digest = new RecordDigest(),
) => new VectorWriter(into, { openSink: jsonlSink, type, dimensions: 1 }, begun, digest);

async function finish(writer: VectorWriter, into = partial): Promise<[string, number][]> {
  await into.complete(await writer.finish());
  const lines = (await readFile(target, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line)).map(({ text, embedding }) => [text, embedding[0]]);
}

describe('vectors are written', () => {
  test('in their order, without texts that have none, which are told', async () => {
    const writer = writerOf('float32');
    await writer.write(batchOf({ a: 1, b: Number.NaN }, 1));
    await writer.write(batchOf({ c: Number.NaN }));
    await writer.write(batchOf({ d: 4 }, 2));
    expect([writer.records, writer.truncated]).toEqual([4, 3]);
    expect(writer.skipped).toEqual([{ reason: 'it is bad' }, { reason: 'it is bad' }]);
    expect(await finish(writer)).toEqual([
      ['a', 1],
      ['d', 4],
    ]);
  });

  test('of nothing are an empty file', async () => {
    expect(await finish(writerOf('float32'))).toEqual([]);
  });
});

describe('bytes share the range of all of the first vectors', () => {
  test('however these come in batches', async () => {
    const writer = writerOf('uint8');
    await writer.write(batchOf({ a: 0 }));
    await writer.write(batchOf({ bad: Number.NaN }));
    await writer.write(batchOf({ b: 255, c: 100 }));
    expect(writer.ranges).toBeUndefined();
    expect(await finish(writer)).toEqual([
      ['a', 0],
      ['b', 255],
      ['c', 100],
    ]);
    expect(writer.ranges).toEqual({ least: Float32Array.of(0), greatest: Float32Array.of(255) });
  });

  test('and have none where no text has a vector', async () => {
    const writer = writerOf('uint8');
    await writer.write(batchOf({ bad: Number.NaN }));
    expect(await finish(writer)).toEqual([]);
    expect([writer.ranges, writer.records, writer.skipped.length]).toEqual([undefined, 1, 1]);
  });

  test('that are given hold from the first vector on', async () => {
    const ranges = { least: Float32Array.of(0), greatest: Float32Array.of(510) };
    const writer = new VectorWriter(
      partial,
      { openSink: jsonlSink, type: 'uint8', dimensions: 1, ranges },
      undefined,
      new RecordDigest(),
    );
    await writer.write(batchOf({ a: 510, b: 1000, c: 4 }));
    expect(await finish(writer)).toEqual([
      ['a', 255],
      ['b', 255],
      ['c', 2],
    ]);
  });
});

test('another life goes on where the last has stopped, with what it has skipped', async () => {
  const digest = new RecordDigest();
  const first = writerOf('float32', partial, undefined, digest);
  await first.write(batchOf({ a: 1, b: Number.NaN }, 1));
  await partial.leave();
  const next = await PartialFile.open(target);
  const begun = await next.begun();
  expect(begun?.checkpoints.at(-1)).toMatchObject({ records: 2, truncated: 1, digest: digest.value });
  const second = writerOf('float32', next, begun, digest);
  expect([second.records, second.truncated, second.skipped]).toEqual([2, 1, [{ reason: 'it is bad' }]]);
  await second.write(batchOf({ c: 3 }));
  expect(await finish(second, next)).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
});

test('ranges are noted and come back', () => {
  const ranges = { least: Float32Array.of(-0.1, 0), greatest: Float32Array.of(0.1, 3e-7) };
  expect(rangesOfNotes(JSON.parse(JSON.stringify(notesOf(ranges))))).toEqual(ranges);
  expect(notesOf(undefined)).toEqual({});
  expect([rangesOfNotes({}), rangesOfNotes(undefined)]).toEqual([undefined, undefined]);
});
