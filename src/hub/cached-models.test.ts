import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cachedRepository, isKept, keepListing, keptListing, linkIntoSnapshot } from './cache-layout.js';
import { cachedModels, removeSnapshot } from './cached-models.js';
import { damagedFiles } from './check-snapshot.js';

const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];
const repository = { kind: 'model', id: 'owner/name' } as const;

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'octavec-cache-'));
});
afterEach(() => rm(cache, { recursive: true }));

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** Puts files of a commit there as programs of the family do: a blob for each etag, and a link to it. */
async function commitOf(
  commit: string,
  files: Record<string, readonly [etag: string, content: string]>,
  id = 'owner/name',
) {
  const home = cachedRepository(cache, { kind: 'model', id });
  for (const [path, [etag, content]] of Object.entries(files)) {
    await put(home.blob(etag), content);
    await mkdir(dirname(join(home.snapshot(commit), path)), { recursive: true });
    const place = join(home.snapshot(commit), path);
    await symlink(relative(dirname(place), home.blob(etag)), place);
  }
  return home;
}

describe('models of the cache', () => {
  test('a cache that is not there, and one of other things, have none', async () => {
    expect(await cachedModels(join(cache, 'none'))).toEqual([]);
    await put(join(cache, 'datasets--a--b', 'snapshots', first, 'x'), '');
    await put(join(cache, 'version.txt'), '1');
    expect(await cachedModels(cache)).toEqual([]);
  });

  test('are told with their commits, revisions, files and bytes', async () => {
    const home = await commitOf(first, { 'onnx/model.onnx': ['e1', '12345'], 'config.json': ['e2', '{}'] });
    await commitOf(second, { 'onnx/model.onnx': ['e1', '12345'], 'config.json': ['e3', '{"a":1}'] });
    await put(join(home.folder, 'refs', 'main'), `${second}\n`);
    await put(join(home.folder, 'refs', 'refs', 'pr', '1'), first);
    await put(join(home.folder, 'snapshots', 'no-commit', 'x'), '');
    expect(await cachedModels(cache)).toMatchObject([
      {
        id: 'owner/name',
        commit: first,
        revisions: ['refs/pr/1'],
        files: ['config.json', 'onnx/model.onnx'],
        bytes: 7,
        blobs: new Map([
          [home.blob('e2'), 2],
          [home.blob('e1'), 5],
        ]),
      },
      { id: 'owner/name', commit: second, revisions: ['main'], bytes: 12 },
    ]);
  });

  test('come in the order of their names, those without an owner too', async () => {
    await commitOf(first, { a: ['e', 'x'] }, 'z/m');
    await commitOf(first, { a: ['e', 'x'] }, 'bert');
    expect((await cachedModels(cache)).map(({ id }) => id)).toEqual(['bert', 'z/m']);
  });

  test('a file whose bytes are missing takes none', async () => {
    const home = await commitOf(first, { a: ['e1', 'xyz'] });
    await rm(home.blob('e1'));
    expect(await cachedModels(cache)).toMatchObject([{ files: ['a'], bytes: 0 }]);
  });
});

describe('removing', () => {
  test('the only commit takes the folder of the model, and leaves other models', async () => {
    await commitOf(first, { a: ['e1', 'x'] });
    await commitOf(first, { a: ['e1', 'x'] }, 'owner/other');
    const models = await cachedModels(cache);
    await removeSnapshot(models[0], models);
    expect(await readdir(cache)).toEqual(['models--owner--other']);
  });

  test('one of two takes the bytes that the other does not use, and its names', async () => {
    const home = await commitOf(first, { shared: ['e1', 'x'], own: ['e2', 'y'] });
    await commitOf(second, { shared: ['e1', 'x'] });
    await put(join(home.folder, 'refs', 'old'), first);
    await put(join(home.folder, 'refs', 'main'), second);
    await put(join(home.folder, '.octavec', `${first}.json`), '[]');
    const models = await cachedModels(cache);
    await removeSnapshot(models[0], models);
    expect(await readdir(join(home.folder, 'blobs'))).toEqual(['e1']);
    expect(await readdir(join(home.folder, 'snapshots'))).toEqual([second]);
    expect(await readdir(join(home.folder, 'refs'))).toEqual(['main']);
    expect(await readdir(join(home.folder, '.octavec'))).toEqual([]);
  });

  test('bytes outside of the folder of the model stay, whatever leads to them', async () => {
    const outside = join(cache, 'precious');
    await writeFile(outside, 'x');
    const home = await commitOf(first, {});
    await mkdir(home.snapshot(first), { recursive: true });
    await symlink(outside, join(home.snapshot(first), 'link'));
    await commitOf(second, { a: ['e1', 'x'] });
    const models = await cachedModels(cache);
    await removeSnapshot(models[0], models);
    expect((await readdir(cache)).sort()).toEqual(['models--owner--name', 'precious']);
  });
});

describe('the list of a commit', () => {
  test('comes back by branch and by commit, without names that lead elsewhere', async () => {
    const home = cachedRepository(cache, repository);
    await keepListing(home, repository, { commit: first, files: ['a', '../b', 'c/d'] });
    const listing = { commit: first, files: ['a', 'c/d'], isWhole: true };
    expect(await keptListing(home, repository)).toEqual(listing);
    expect(await keptListing(home, { ...repository, revision: first })).toEqual(listing);
    expect(await keptListing(home, { ...repository, revision: 'v2' })).toBeUndefined();
    expect(await keptListing(home, { ...repository, revision: second })).toBeUndefined();
  });

  test('that another program fetched is what is there, and not whole', async () => {
    const home = await commitOf(first, { 'onnx/model.onnx': ['e1', 'x'] });
    await put(join(home.folder, 'refs', 'main'), `${first}\n`);
    expect(await keptListing(home, repository)).toEqual({ commit: first, files: ['onnx/model.onnx'], isWhole: false });
  });

  test.each(['', '["onnx/mod', 'null', '{"a":1}', '[1]'])('that is damaged (%j) counts as none', async (text) => {
    const home = await commitOf(first, { 'config.json': ['e1', 'x'] });
    await keepListing(home, repository, { commit: first, files: ['config.json', 'tokenizer.json'] });
    await writeFile(join(home.folder, '.octavec', `${first}.json`), text);
    expect(await keptListing(home, repository)).toEqual({ commit: first, files: ['config.json'], isWhole: false });
  });

  test('of a branch that is no commit is none', async () => {
    const home = cachedRepository(cache, repository);
    await put(join(home.folder, 'refs', 'main'), 'not a commit');
    expect(await keptListing(home, repository)).toBeUndefined();
  });
});

describe('a file of a snapshot', () => {
  test('leads to its bytes, also when it is linked again', async () => {
    const home = cachedRepository(cache, repository);
    await put(home.blob('e1'), 'one');
    await put(home.blob('e2'), 'two');
    await linkIntoSnapshot(home, first, 'onnx/model.onnx', 'e1');
    await linkIntoSnapshot(home, first, 'onnx/model.onnx', 'e2');
    expect(await isKept(home, first, 'onnx/model.onnx')).toBe(true);
    expect(await isKept(home, first, 'onnx')).toBe(false);
    await rm(home.blob('e2'));
    expect(await isKept(home, first, 'onnx/model.onnx')).toBe(false);
  });

  test('is damaged where its bytes are not those that its name says, or are missing', async () => {
    const sound = 'ce013625030ba8dba906f756967f9e9ca394464a';
    const home = await commitOf(first, {
      sound: [sound, 'hello\n'],
      changed: ['e69de29bb2d1d6434b8b29ae775ad8c2e48c5391', 'not empty'],
      missing: ['f'.repeat(40), ''],
      unnamed: ['"any"', 'whatever'],
    });
    await rm(home.blob('f'.repeat(40)));
    await writeFile(join(home.snapshot(first), 'copy'), 'a copy has no hash');
    const folder = home.snapshot(first);
    const damaged = await damagedFiles(folder, ['sound', 'changed', 'missing', 'unnamed', 'copy', 'none']);
    expect(damaged.map(({ path }) => path)).toEqual(['changed', 'missing']);
    expect(damaged[1].blob).toBe(home.blob('f'.repeat(40)));
  });
});
