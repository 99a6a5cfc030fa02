import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type S3Server, startS3 } from '../../../test/support/s3-server.js';
import { randomNumbers } from '../../numbers/index.js';
import { s3Store } from './s3-store.js';
import { readBytes, type Store } from './store.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-s3-'));
const path = join(root, 'part');
const random = randomNumbers(7);
const bytes = Buffer.from(Uint8Array.from({ length: 100_000 }, () => 256 * random()));
const sha256 = createHash('sha256').update(bytes).digest('hex');

let s3: S3Server;
let store: Store;
beforeAll(async () => {
  writeFileSync(path, bytes);
  s3 = await startS3();
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'something');
  store = await s3Store('bucket', 'out', { pieceBytes: 30_000 });
});
afterEach(() => {
  s3.fault = () => undefined;
  s3.objects.clear();
  s3.uploads.clear();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await s3.close();
  rmSync(root, { recursive: true });
});

describe('a file that is larger than a piece', () => {
  const put = () => store.putFile('part-1', path, sha256);
  const stored = () => s3.objects.get('bucket/out/part-1');

  test('is sent in pieces, and read as one object', async () => {
    await put();
    expect(stored()?.equals(bytes)).toBe(true);
    expect(s3.uploads.size).toBe(0);
    const object = await store.find('part-1');
    expect(object?.size).toBe(bytes.length);
    expect(await readBytes(store, object as never, 29_990, 30_010)).toEqual(bytes.subarray(29_990, 30_010));
  });

  test('arrives whole where pieces are cut and slowed down; the others are sent once', async () => {
    const sent = new Map<string, number>();
    s3.fault = (_method, _path, query) => {
      const part = query.get('partNumber');
      const times = (sent.get(`${part}`) ?? 0) + 1;
      sent.set(`${part}`, times);
      const isFirst = times === 1;
      return part === '2' && isFirst ? 'cut' : part === '3' && isFirst ? { status: 503, code: 'SlowDown' } : undefined;
    };
    await put();
    expect(stored()?.equals(bytes)).toBe(true);
    expect(['1', '2', '3', '4'].map((part) => sent.get(part))).toEqual([1, 2, 2, 1]);
  });

  test('is there if the answer to its completion was lost', async () => {
    let completions = 0;
    s3.fault = (method, _path, query) => {
      if (method === 'POST' && query.has('uploadId') && completions++ === 0) {
        // Done, and not told.
        const pieces = [...(s3.uploads.get(query.get('uploadId') as string)?.entries() ?? [])].sort(
          ([a], [b]) => a - b,
        );
        s3.objects.set('bucket/out/part-1', Buffer.concat(pieces.map(([, piece]) => piece)));
        return { status: 503, code: 'SlowDown' };
      }
      return undefined;
    };
    await put();
    expect(completions).toBe(2);
    expect(stored()?.equals(bytes)).toBe(true);
    expect(s3.uploads.size).toBe(0);
  });

  test('leaves nothing where it is refused', async () => {
    s3.fault = (_method, _path, query) =>
      query.get('partNumber') === '3' ? { status: 403, code: 'ExpiredToken' } : undefined;
    await expect(put()).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/s3:\/\/bucket\/out\/part-1.*ExpiredToken/),
    });
    expect(stored()).toBeUndefined();
    expect(s3.uploads.size).toBe(0);
  });

  test('never takes the place of another', async () => {
    s3.objects.set('bucket/out/part-1', Buffer.from('another'));
    await expect(put()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(stored()?.toString()).toBe('another');
    expect(s3.uploads.size).toBe(0);
  });
});

describe('a small object', () => {
  test('is put where there is none: one of two succeeds, and the same content again is no other', async () => {
    const outcomes = await Promise.all([store.putIfAbsent('a', 'first'), store.putIfAbsent('a', 'second')]);
    expect(outcomes.toSorted()).toEqual([false, true]);
    expect(await store.putIfAbsent('a', s3.objects.get('bucket/out/a')?.toString() ?? '')).toBe(true);
  });

  test('is listed under its prefix through several pages, and removed', async () => {
    for (const key of ['p/1', 'p/2', 'p/3', 'p/4', 'q/1']) {
      await store.put(key, key);
    }
    expect((await store.list('p/')).map(({ key }) => key)).toEqual(['p/1', 'p/2', 'p/3', 'p/4']);
    await store.remove('p/2');
    await store.remove('p/2');
    expect(await store.find('p/2')).toBeUndefined();
  });

  test('that changed while it was read is told', async () => {
    await store.put('a', 'hello');
    const object = await store.find('a');
    await store.put('a', 'world');
    await expect(readBytes(store, object as never)).rejects.toMatchObject({ code: 'JOB_INPUT_CHANGED' });
  });
});
