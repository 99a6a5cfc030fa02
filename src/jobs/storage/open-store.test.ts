import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hubServer, type ServedRepository, sha256 } from '../../../test/support/hub-server.js';
import { hubAddress } from './hub-store.js';
import { findObjects, openInput, openStore } from './open-store.js';
import { readBytes } from './store.js';

describe('the address of a data set', () => {
  test.each([
    ['hf://datasets/a/b', { id: 'a/b', path: '' }],
    ['datasets/a/b', { id: 'a/b', path: '' }],
    ['hf://datasets/a/b@v1/data/*.parquet', { id: 'a/b', revision: 'v1', path: 'data/*.parquet' }],
    [
      'hf://datasets/a/b@refs/convert/parquet/x/0000.parquet',
      { id: 'a/b', revision: 'refs/convert/parquet', path: 'x/0000.parquet' },
    ],
    ['hf://datasets/a/b@refs%2Fpr%2F1/x', { id: 'a/b', revision: 'refs/pr/1', path: 'x' }],
  ])('%s', (text, address) => expect(hubAddress(text)).toEqual(address));

  test.each([
    'hf://models/a/b',
    'hf://datasets/a',
    'datasets',
    './datasets/a/b',
    's3://datasets/a/b',
    'hf://datasets/../b',
  ])('%s is none', (text) => expect(hubAddress(text)).toBeUndefined());
});

describe('a data set of the hub', () => {
  const rows = Buffer.from(Array.from({ length: 999 }, (_, i) => `row ${i}\n`).join(''));
  const files = {
    'README.md': '# no rows',
    '.gitattributes': '',
    'data/train-00001.jsonl': '"b"\n',
    'data/train-00000.jsonl': rows,
    'other/test.txt': 'c\n',
  };
  const served = { kind: 'dataset', id: 'owner/corpus', files, large: ['data/train-00000.jsonl'] } as const;

  async function hub(...more: readonly ServedRepository[]) {
    const server = await hubServer(served, ...more);
    vi.stubEnv('HF_ENDPOINT', server.endpoint);
    return server;
  }

  test('gives the files that hold its rows, each with size and tag, at a commit', async () => {
    await hub();
    const found = await findObjects('hf://datasets/owner/corpus');
    expect(found.map(({ object }) => object.key)).toEqual([
      'data/train-00000.jsonl',
      'data/train-00001.jsonl',
      'other/test.txt',
    ]);
    expect(found[0].object).toMatchObject({ size: rows.length, etag: sha256(rows) });
    expect(found[0].store.uri).toMatch(/^hf:\/\/datasets\/owner\/corpus@[0-9a-f]{40}$/);
    const names = async (address: string) => (await findObjects(address)).map(({ object }) => object.key);
    expect(await names('datasets/owner/corpus/data/*0.jsonl')).toEqual(['data/train-00000.jsonl']);
    expect(await names('hf://datasets/owner/corpus@main/data')).toHaveLength(2);
    expect(await names('hf://datasets/owner/corpus/other/test.txt')).toEqual(['other/test.txt']);
  });

  test('takes Parquet alone where there is any', async () => {
    const id = 'owner/tables';
    await hub({ kind: 'dataset', id, files: { 'a.parquet': 'x', 'b.csv': 'y', 'c.parquet': 'z' } });
    const found = await findObjects(`hf://datasets/${id}`);
    expect(found.map(({ object }) => object.key)).toEqual(['a.parquet', 'c.parquet']);
  });

  test('is read in parts, through cut connections, and is what it was when it was found', async () => {
    const server = await hub();
    const [{ store, object }] = await findObjects('hf://datasets/owner/corpus/data/train-00000.jsonl');
    const same = await openInput(store.uri);
    expect(await same.find(object.key)).toEqual(object);
    expect(await same.find('not there')).toBeUndefined();
    let cuts = 2;
    server.fault = ({ method, path }) =>
      method === 'GET' && path.startsWith('store:') && cuts-- > 0 ? { cutAfter: 100 } : undefined;
    expect(await readBytes(same, object, 50, 5000)).toEqual(rows.subarray(50, 5000));
    expect(cuts).toBeLessThan(0);
  }, 20_000);

  test('that is not there, or that is meant for results, is refused', async () => {
    await hub();
    await expect(findObjects('hf://datasets/owner/nothing')).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    await expect(findObjects('hf://datasets/owner/corpus/data/*.csv')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await expect(openStore('hf://datasets/owner/corpus')).rejects.toMatchObject({ code: 'USAGE' });
    const { putIfAbsent } = await openInput('hf://datasets/owner/corpus');
    await expect(putIfAbsent('a', 'b')).rejects.toThrow('which nothing is written to');
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(findObjects('hf://datasets/owner/corpus')).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
    vi.unstubAllEnvs();
  });
});

describe('a folder', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'octavec-open-store-'));
    mkdirSync(join(root, 'datasets/a/b'), { recursive: true });
    for (const name of ['one.txt', '_two.txt', '.three.txt']) {
      writeFileSync(join(root, 'datasets/a/b', name), 'x');
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('gives what does not begin with "_" or "."; one that is called like a data set is a folder', async () => {
    const before = process.cwd();
    process.chdir(root);
    try {
      const found = await findObjects('datasets/a/b');
      expect(found.map(({ object, store }) => store.nameOf(object.key))).toEqual([
        join(process.cwd(), 'datasets/a/b/one.txt'),
      ]);
      await expect(findObjects('datasets/a/b/*.csv')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    } finally {
      process.chdir(before);
    }
  });
});
