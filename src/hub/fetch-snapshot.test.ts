import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitHash, hubServer, type ServedRepository, sha256 } from '../../test/support/hub-server.js';
import { randomNumbers } from '../numbers/index.js';
import { fetchSnapshot } from './fetch-snapshot.js';
import type { HubSettings } from './hub-settings.js';
import type { Repository } from './repository.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'octavec-hub-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const random = randomNumbers(3);
const weights = Uint8Array.from({ length: 300_000 }, () => 256 * random());
const repository: Repository = { kind: 'dataset', id: 'mteb/toy' };
const served: ServedRepository = {
  ...repository,
  files: { 'README.md': '# toy', 'data/test.jsonl': '{"a": 1}\n', 'data/big ü.parquet': weights, 'empty.txt': '' },
  large: ['data/big ü.parquet'],
  branches: { 'refs/convert/parquet': { 'default/test/0000.parquet': 'x' } },
};
const big = ['data/big ü.parquet'];
const blobOf = (bytes: Uint8Array) => join(cache, 'datasets--mteb--toy/blobs', sha256(bytes));

function settings(endpoint: string, more: Partial<HubSettings> = {}): { settings: HubSettings } {
  const times = { answerTimeoutMs: 2000, stallTimeoutMs: 300, retryDelayMs: 1 };
  return { settings: { endpoint, cache, offline: false, ...times, ...more } };
}

const all = (files: readonly string[]) => files;

describe('a snapshot', () => {
  test('lies in the cache as other programs expect it', async () => {
    const { endpoint, seen } = await hubServer(served);
    const done: number[] = [];
    const { folder, commit, files } = await fetchSnapshot(repository, all, {
      ...settings(endpoint),
      onProgress: ({ done: bytes, total, unit }) => done.push(bytes / total) && expect(unit).toBe('bytes'),
    });
    expect(folder).toBe(join(cache, 'datasets--mteb--toy/snapshots', commit));
    expect(files).toEqual(Object.keys(served.files));
    for (const file of files) {
      expect(readFileSync(join(folder, file)).equals(Buffer.from(served.files[file]))).toBe(true);
    }
    expect(readFileSync(join(cache, 'datasets--mteb--toy/refs/main'), 'utf8')).toBe(commit);
    const blobs = readdirSync(join(cache, 'datasets--mteb--toy/blobs')).sort();
    const expected = files.map((file) =>
      file === big[0] ? sha256(weights) : gitHash(Buffer.from(served.files[file])),
    );
    expect(blobs).toEqual(expected.sort());
    expect(readlinkSync(join(folder, 'data/test.jsonl'))).toBe(`../../../blobs/${gitHash(Buffer.from('{"a": 1}\n'))}`);
    expect(done.at(-1)).toBe(1);
    expect(seen.every(({ encoding }) => encoding === 'identity')).toBe(true);
  });

  test('is fetched once', async () => {
    const hub = await hubServer(served);
    await fetchSnapshot(repository, all, settings(hub.endpoint));
    const before = hub.seen.length;
    await fetchSnapshot(repository, all, settings(hub.endpoint));
    expect(hub.seen.slice(before).map(({ path }) => path)).toEqual(['/api/datasets/mteb/toy/revision/main']);
  });

  test('of a commit that is there needs no network', async () => {
    const hub = await hubServer(served);
    const { commit } = await fetchSnapshot(repository, all, settings(hub.endpoint));
    await hub.stop();
    const again = await fetchSnapshot({ ...repository, revision: commit }, all, settings(hub.endpoint));
    expect(again.files).toHaveLength(4);
  });

  test('of a model lies where models do', async () => {
    const model = { kind: 'model', id: 'intfloat/toy' } as const;
    const { endpoint, seen } = await hubServer({ ...model, files: { 'onnx/model.onnx': 'x', 'config.json': '{}' } });
    const { folder } = await fetchSnapshot(model, all, settings(endpoint));
    expect(folder).toMatch(/models--intfloat--toy\/snapshots\/[0-9a-f]{40}$/);
    expect(readFileSync(join(folder, 'onnx/model.onnx'), 'utf8')).toBe('x');
    expect(seen.map(({ path }) => path.replace(/[0-9a-f]{40}/, 'COMMIT'))).toContain(
      '/intfloat/toy/resolve/COMMIT/config.json',
    );
  });

  test('of another branch, and only what is chosen', async () => {
    const hub = await hubServer(served);
    const branch = { ...repository, revision: 'refs/convert/parquet' };
    const { files } = await fetchSnapshot(branch, all, settings(hub.endpoint));
    expect(files).toEqual(['default/test/0000.parquet']);
    const some = await fetchSnapshot(repository, () => ['README.md'], settings(hub.endpoint));
    expect(readdirSync(some.folder)).toEqual(['README.md']);
  });
});

describe('a download', () => {
  const fetchBig = (endpoint: string, more?: Partial<HubSettings>) =>
    fetchSnapshot(repository, () => big, settings(endpoint, more));

  test('goes on where the connection broke', async () => {
    const hub = await hubServer(served);
    let cuts = 0;
    hub.fault = ({ method, path }) => (method === 'GET' && path.startsWith('store:') && cuts++ < 3 ? 'cut' : undefined);
    const { folder } = await fetchBig(hub.endpoint);
    expect(sha256(readFileSync(join(folder, big[0])))).toBe(sha256(weights));
    const ranges = hub.seen.filter(({ path, method }) => path.startsWith('store:') && method === 'GET');
    expect(ranges.map(({ range }) => range)).toEqual([undefined, 'bytes=150000-', 'bytes=225000-', 'bytes=262500-']);
  });

  test('goes on where an earlier run ended', async () => {
    const hub = await hubServer(served);
    mkdirSync(join(cache, 'datasets--mteb--toy/blobs'), { recursive: true });
    writeFileSync(`${blobOf(weights)}.incomplete`, weights.subarray(0, 299_000));
    await fetchBig(hub.endpoint);
    expect(sha256(readFileSync(blobOf(weights)))).toBe(sha256(weights));
    expect(hub.seen.map(({ range }) => range).filter(Boolean)).toEqual(['bytes=299000-', 'bytes=299000-']);
    expect(readdirSync(join(cache, 'datasets--mteb--toy/blobs'))).toEqual([sha256(weights)]);
  });

  test('starts anew where the server does not know ranges', async () => {
    const hub = await hubServer(served);
    let first = true;
    hub.fault = ({ method, path }) => {
      if (method !== 'GET' || !path.startsWith('store:')) {
        return undefined;
      }
      const fault = first ? 'cut' : 'ignore range';
      first = false;
      return fault;
    };
    const { folder } = await fetchBig(hub.endpoint);
    expect(sha256(readFileSync(join(folder, big[0])))).toBe(sha256(weights));
  });

  test('throws away what an earlier run left wrong', async () => {
    const hub = await hubServer(served);
    mkdirSync(join(cache, 'datasets--mteb--toy/blobs'), { recursive: true });
    writeFileSync(`${blobOf(weights)}.incomplete`, new Uint8Array(1000));
    const { folder } = await fetchBig(hub.endpoint);
    expect(sha256(readFileSync(join(folder, big[0])))).toBe(sha256(weights));
  });

  test.each([
    ['a large file', big],
    ['a small one', ['README.md']],
  ])('of wrong bytes is refused and leaves nothing: %s', async (_, files) => {
    const hub = await hubServer(served);
    hub.fault = ({ method }) => (method === 'GET' ? 'corrupt' : undefined);
    await expect(fetchSnapshot(repository, () => files, settings(hub.endpoint))).rejects.toMatchObject({
      code: 'HUB_CORRUPT',
    });
    expect(readdirSync(join(cache, 'datasets--mteb--toy/blobs'))).toEqual([]);
  });

  test('that brings nothing any more is tried again, then given up; what came is kept', async () => {
    const hub = await hubServer(served);
    let asked = 0;
    hub.fault = ({ method, path }) =>
      method !== 'GET' || !path.startsWith('store:') ? undefined : asked++ === 0 ? 'cut' : 'silent';
    await expect(fetchBig(hub.endpoint, { answerTimeoutMs: 100 })).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
    // How much that is depends on how busy the machine is.
    const kept = readFileSync(`${blobOf(weights)}.incomplete`);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.equals(weights.subarray(0, kept.length))).toBe(true);
  });

  test('is tried again where the server is busy', async () => {
    const hub = await hubServer(served);
    let asked = 0;
    hub.fault = () => [503, 429, undefined, 500][asked++];
    const { folder } = await fetchBig(hub.endpoint);
    expect(sha256(readFileSync(join(folder, big[0])))).toBe(sha256(weights));
  });

  test('that several ask for at once is done once', async () => {
    const hub = await hubServer(served);
    await Promise.all([fetchBig(hub.endpoint), fetchBig(hub.endpoint), fetchBig(hub.endpoint)]);
    expect(hub.seen.filter(({ path, method }) => path.startsWith('store:') && method === 'GET')).toHaveLength(1);
  });

  test('takes over from a process that died', async () => {
    const hub = await hubServer(served);
    mkdirSync(join(cache, 'datasets--mteb--toy/blobs'), { recursive: true });
    writeFileSync(`${blobOf(weights)}.lock`, '');
    utimesSync(`${blobOf(weights)}.lock`, new Date(0), new Date(0));
    expect((await fetchBig(hub.endpoint)).files).toEqual(big);
  });

  test('does not wait for a process that died a moment ago', async () => {
    const hub = await hubServer(served);
    mkdirSync(join(cache, 'datasets--mteb--toy/blobs'), { recursive: true });
    const { pid } = spawnSync(process.execPath, ['--version']);
    const where = [hostname(), ...(existsSync('/proc/self/ns/pid') ? [readlinkSync('/proc/self/ns/pid')] : [])];
    writeFileSync(`${blobOf(weights)}.lock`, `${where.join(' ')} ${pid}`);
    const signal = AbortSignal.timeout(20_000);
    expect((await fetchSnapshot(repository, () => big, { ...settings(hub.endpoint), signal })).files).toEqual(big);
    expect(existsSync(`${blobOf(weights)}.lock`)).toBe(false);
  });

  test('can be cancelled, and gone on from', async () => {
    const hub = await hubServer(served);
    hub.fault = ({ method, path }) => (method === 'GET' && path.startsWith('store:') ? 'cut' : undefined);
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => done > 0 && controller.abort();
    const fetching = fetchSnapshot(repository, () => big, {
      ...settings(hub.endpoint),
      onProgress,
      signal: controller.signal,
    });
    await expect(fetching).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(lstatSync(`${blobOf(weights)}.incomplete`).size).toBeGreaterThan(0);
  });
});

describe('a token', () => {
  test('goes to the hub, and to nobody else', async () => {
    const { endpoint, seen } = await hubServer({ ...served, token: 'hf_secret' });
    await fetchSnapshot(repository, () => big, settings(endpoint, { token: 'hf_secret' }));
    const [store, hub] = [true, false].map((isStore) =>
      seen.filter(({ path }) => path.startsWith('store:') === isStore),
    );
    expect(store.length).toBeGreaterThan(0);
    expect(store.every(({ token }) => token === undefined)).toBe(true);
    expect(hub.every(({ token }) => token === 'Bearer hf_secret')).toBe(true);
  });
});

describe('says what is wrong', () => {
  test.each([
    [
      'no repository',
      { id: 'mteb/none' },
      {},
      'HUB_NOT_FOUND',
      'does not have the data set mteb/none: it is not there, or private',
    ],
    ['no revision', { revision: 'v9' }, {}, 'HUB_NOT_FOUND', 'the data set mteb/toy at v9: it has no such revision'],
    ['gated', {}, { token: 'wrong' }, 'HUB_DENIED', 'its conditions must be accepted'],
    ['no name', { id: '../etc' }, {}, 'USAGE', 'no name of a repository'],
    ['no revision name', { revision: '../x' }, {}, 'USAGE', 'no name of a revision'],
  ] as const)('%s', async (_, change, more, code, message) => {
    const { endpoint } = await hubServer({ ...served, ...('token' in more && { token: 'right' }) });
    const fetching = fetchSnapshot({ ...repository, ...change }, all, settings(endpoint, more));
    await expect(fetching).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('a file that is not there', async () => {
    const { endpoint } = await hubServer(served);
    const fetching = fetchSnapshot(repository, () => ['no.txt'], settings(endpoint));
    await expect(fetching).rejects.toThrow('does not have no.txt of the data set mteb/toy: it has no such file');
  });

  test('nobody there', async () => {
    const { endpoint, stop } = await hubServer(served);
    await stop();
    const fetching = fetchSnapshot(repository, all, settings(endpoint));
    await expect(fetching).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('somebody else there', async () => {
    const hub = await hubServer(served);
    hub.fault = () => 200;
    await expect(fetchSnapshot(repository, all, settings(hub.endpoint))).rejects.toThrow('is it a hub?');
  });

  test('names of files that lead elsewhere are not believed', async () => {
    const { endpoint } = await hubServer({
      ...served,
      files: { '../../evil': 'x', '/etc/x': 'x', 'a\\..\\b': 'x', ok: 'x' },
    });
    expect((await fetchSnapshot(repository, all, settings(endpoint))).files).toEqual(['ok']);
  });
});

describe('offline', () => {
  test('the cache serves, if it is whole', async () => {
    const hub = await hubServer(served);
    await fetchSnapshot(repository, () => ['README.md'], settings(hub.endpoint));
    const before = hub.seen.length;
    const offline = settings(hub.endpoint, { offline: true });
    expect((await fetchSnapshot(repository, () => ['README.md'], offline)).files).toEqual(['README.md']);
    await expect(fetchSnapshot(repository, all, offline)).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
    expect(hub.seen.length).toBe(before);
  });

  test('it serves as well where the hub is gone', async () => {
    const hub = await hubServer(served);
    await fetchSnapshot(repository, () => ['README.md'], settings(hub.endpoint));
    await hub.stop();
    expect((await fetchSnapshot(repository, () => ['README.md'], settings(hub.endpoint))).files).toEqual(['README.md']);
    await expect(fetchSnapshot(repository, all, settings(hub.endpoint))).rejects.toMatchObject({
      code: 'HUB_UNREACHABLE',
    });
  });

  test('what another program fetched is known by what is there', async () => {
    const commit = 'a'.repeat(40);
    const base = join(cache, 'datasets--mteb--toy');
    mkdirSync(join(base, 'snapshots', commit, 'data'), { recursive: true });
    mkdirSync(join(base, 'refs'));
    writeFileSync(join(base, 'refs/main'), commit);
    writeFileSync(join(base, 'snapshots', commit, 'data/test.jsonl'), '{}');
    const offline = settings('http://127.0.0.1:9', { offline: true });
    expect((await fetchSnapshot(repository, all, offline)).files).toEqual(['data/test.jsonl']);
    await expect(fetchSnapshot(repository, () => [], offline)).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
    writeFileSync(join(base, 'snapshots', commit, 'test-00000-of-00002.parquet'), '');
    await expect(fetchSnapshot(repository, all, offline)).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
    writeFileSync(join(base, 'snapshots', commit, 'test-00001-of-00002.parquet'), '');
    expect((await fetchSnapshot(repository, all, offline)).files).toHaveLength(3);
  });
});
