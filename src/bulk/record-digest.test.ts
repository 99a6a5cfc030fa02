import { describe, expect, test } from 'vitest';
import type { TextRecord } from '../texts/index.js';
import { CountedRecords } from './counted-records.js';
import { RecordDigest, skipDone } from './record-digest.js';

function digestOf(...records: TextRecord[]): string {
  const digest = new RecordDigest();
  for (const record of records) {
    digest.add(record);
  }
  return digest.value;
}

test('the same texts and ids in the same order have the same digest', () => {
  const records = [{ text: 'a', id: 1 }, { text: '' }, { text: 'é', id: 'x' }];
  expect(digestOf(...records)).toBe(digestOf(...structuredClone(records)));
  expect(digestOf()).toMatch(/^[0-9a-f]{64}$/);
});

test('the place of a text does not count', () => {
  expect(digestOf({ text: 'a', place: 'line 1' })).toBe(digestOf({ text: 'a', place: 'row 9' }));
});

test('whatever else differs gives another digest', () => {
  const different: TextRecord[][] = [
    [],
    [{ text: '' }],
    [{ text: '' }, { text: '' }],
    [{ text: 'ab' }],
    [{ text: 'a' }, { text: 'b' }],
    [{ text: 'b' }, { text: 'a' }],
    [{ text: 'ab', id: 1 }],
    [{ text: 'ab', id: '1' }],
    [{ text: 'ab', id: 1n }],
    [{ text: 'b', id: 'a:1:' }],
    [{ text: 'undefined:undefined:1:a' }],
  ];
  expect(new Set(different.map((records) => digestOf(...records))).size).toBe(different.length);
});

test('the digest so far can be asked for at any time', () => {
  const digest = new RecordDigest();
  digest.add({ text: 'a' });
  expect(digest.value).toBe(digestOf({ text: 'a' }));
  digest.add({ text: 'b' });
  expect(digest.value).toBe(digestOf({ text: 'a' }, { text: 'b' }));
});

describe('records that are done', () => {
  const source = async function* (...names: string[]) {
    yield* names.map((text) => ({ text }));
  };
  const done = (records: number, ...names: string[]) => ({
    ...{ records, truncated: 0, bytes: 0 },
    digest: digestOf(...names.map((text) => ({ text }))),
  });
  const told: number[] = [];
  const options = { out: 'v.npy', onRecord: (count: number) => told.push(count) };

  test('are read past, and the next one comes', async () => {
    const records = source('a', 'b', 'c');
    await skipDone(records, done(2, 'a', 'b'), new RecordDigest(), options);
    expect(told).toEqual([1, 2]);
    expect(await records.next()).toEqual({ done: false, value: { text: 'c' } });
  });

  test('may be none', async () => {
    const records = source('a');
    await skipDone(records, done(0), new RecordDigest(), options);
    expect(await records.next()).toMatchObject({ value: { text: 'a' } });
  });

  test('must be the same ones', async () => {
    const other = skipDone(source('a', 'x'), done(2, 'a', 'b'), new RecordDigest(), options);
    await expect(other).rejects.toMatchObject({ code: 'RESUME_MISMATCH', details: { path: 'v.npy' } });
  });

  test.each([
    [['a', 'b'], 'the input ends after 1 text, and 2 were embedded before'],
    [['a'], 'the input ends after 0 texts, and 1 was embedded before'],
  ])('must be there: %j', async (names, why) => {
    const left = source(...names.slice(1));
    const short = skipDone(left, done(names.length, ...names), new RecordDigest(), options);
    await expect(short).rejects.toMatchObject({ code: 'RESUME_MISMATCH', details: { why } });
  });
});

describe('counted records', () => {
  const of = (count: number, share: () => number | undefined) =>
    new CountedRecords({
      name: 'x',
      share,
      records: (async function* () {
        yield* Array.from({ length: count }, () => ({ text: 'a' }));
      })(),
    });

  test('tell how many there will be, from the share that has been read', async () => {
    const records = of(10, () => 0.25);
    await records.next();
    await records.next();
    expect(records.total).toBe(8);
  });

  test.each([[undefined], [0]])('tell nothing while the share is %s', async (share) => {
    const records = of(1, () => share);
    await records.next();
    expect(records.total).toBe(Number.POSITIVE_INFINITY);
  });

  test('do not count their end', async () => {
    const records = of(1, () => 1);
    for await (const { text } of records) {
      expect(text).toBe('a');
    }
    await records.next();
    expect(records.total).toBe(1);
  });

  test('close their source with them', async () => {
    let isClosed = false;
    const records = new CountedRecords({
      name: 'x',
      share: () => undefined,
      records: (async function* () {
        try {
          yield { text: 'a' };
          yield { text: 'b' };
        } finally {
          isClosed = true;
        }
      })(),
    });
    for await (const _ of records) {
      break;
    }
    expect(isClosed).toBe(true);
  });
});
