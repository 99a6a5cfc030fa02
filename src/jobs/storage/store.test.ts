import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJob } from '../job.js';
import { type Plan, planId, planText } from '../plan.js';
import { openShard } from '../shard-source.js';
import { folderStore } from './folder-store.js';
import { readBytes, readText, type Store, type StoredObject } from './store.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A store of one object that comes in pieces. */
function inPieces(...pieces: string[]): { readonly store: Store; readonly object: StoredObject } {
  const whole = Buffer.from(pieces.join(''));
  const object = { key: 'a', size: whole.length, etag: 'x' };
  const stream = async function* (_: StoredObject, start: number, end: number) {
    let at = 0;
    for (const piece of pieces.map((each) => Buffer.from(each))) {
      yield piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
      at += piece.length;
    }
  };
  return {
    store: { stream, find: async (key: string) => (key === 'a' ? object : undefined) } as unknown as Store,
    object,
  };
}

describe('an object', () => {
  test.each([
    [undefined, undefined, 'abcdef'],
    [0, 0, ''],
    [1, 5, 'bcde'],
    [2, undefined, 'cdef'],
  ])('is read from %s to %s, in however many pieces it comes', async (start, end, expected) => {
    for (const { store, object } of [inPieces('abcdef'), inPieces('a', 'bcd', '', 'ef')]) {
      expect(Buffer.from(await readBytes(store, object, start, end)).toString()).toBe(expected);
    }
  });

  test('is read as text, a character that is cut between pieces as well; nothing is undefined', async () => {
    const bytes = Buffer.from('é');
    const stream = async function* () {
      yield bytes.subarray(0, 1);
      yield bytes.subarray(1);
    };
    const store = { stream, find: async () => ({ key: 'a', size: 2, etag: '' }) } as unknown as Store;
    expect(await readText(store, 'a')).toBe('é');
    expect(await readText(inPieces('x').store, 'b')).toBeUndefined();
  });
});

async function planned(more: Partial<Plan> = {}): Promise<Plan> {
  await writeFile(join(folder, 'texts.txt'), 'a\nb\nc\n');
  const object = (await folderStore(folder).find('texts.txt')) as StoredObject;
  return {
    format: 1,
    inputs: [{ store: folder, ...object }],
    texts: {},
    shards: [
      { input: 0, part: { kind: 'lines', bytes: [0, 4], linesBefore: 0 }, rows: 2 },
      { input: 0, part: { kind: 'lines', bytes: [4, 6], linesBefore: 2 }, rows: 1 },
    ],
    model: 'minilm',
    engine: 'native',
    vectors: { type: 'float32' },
    settings: {},
    maxQuarantined: 0,
    ...more,
  };
}

describe('a job that was planned', () => {
  test('is opened by its folder, or by the plan in it', async () => {
    const text = planText(await planned());
    await writeFile(join(folder, '_plan.json'), text);
    for (const address of [folder, `${folder}/_plan.json`]) {
      const job = await openJob(address);
      expect([job.id, job.plan.shards.length, job.store.uri]).toEqual([planId(text), 2, folder]);
    }
  });

  test('without a plan, or with a damaged one, is refused', async () => {
    await expect(openJob(folder)).rejects.toMatchObject({
      code: 'JOB_PLAN_INVALID',
      details: { why: 'there is none' },
    });
    await writeFile(join(folder, '_plan.json'), '{"format": 1');
    await expect(openJob(folder)).rejects.toMatchObject({ code: 'JOB_PLAN_INVALID' });
  });
});

describe('the texts of a shard', () => {
  const open = async (shard: number, leftOut?: ReadonlyMap<string, string>, plan?: Plan) =>
    openShard({ id: 'p', plan: plan ?? (await planned()), store: folderStore(folder) }, shard, leftOut);

  async function textsOf(shard: number, leftOut?: ReadonlyMap<string, string>) {
    const { source, passedOver } = await open(shard, leftOut);
    const texts: string[] = [];
    for await (const { text, place } of source.records) {
      texts.push(`${place}: ${text}`);
    }
    return { texts, passedOver };
  }

  test('are its rows, with their places in the file', async () => {
    expect((await textsOf(0)).texts).toEqual(['line 1: a', 'line 2: b']);
    expect((await textsOf(1)).texts).toEqual(['line 3: c']);
  });

  test('are without those that are left out, which are told with the reason', async () => {
    expect(await textsOf(0, new Map([['line 1', 'it hangs']]))).toEqual({
      texts: ['line 2: b'],
      passedOver: [{ place: 'line 1', reason: 'it hangs' }],
    });
  });

  test('of a shard that there is not are refused', async () => {
    for (const shard of [2, -1, 0.5]) {
      await expect(open(shard)).rejects.toMatchObject({ code: 'USAGE', details: { hint: 'Its shards are 0 to 1.' } });
    }
  });

  test('of an input that is another by now, or gone, are refused', async () => {
    const plan = await planned();
    await writeFile(join(folder, 'texts.txt'), 'a\nb\nd!\n');
    await expect(open(0, undefined, plan)).rejects.toMatchObject({ code: 'JOB_INPUT_CHANGED' });
    await rm(join(folder, 'texts.txt'));
    await expect(open(0, undefined, plan)).rejects.toMatchObject({ code: 'JOB_INPUT_CHANGED' });
  });
});
