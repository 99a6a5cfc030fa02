import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';
import { makeTinyFolder } from '../../../test/support/tiny-folder.js';

let folder: string;
let hub: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-models-'));
  hub = join(folder, 'hf', 'hub');
  vi.stubEnv('HF_HOME', join(folder, 'hf'));
  vi.stubEnv('HF_HUB_CACHE', '');
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  vi.stubEnv('OCTAVEC_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const [older, newer] = ['1'.repeat(40), '2'.repeat(40)];

/** Puts a tiny model into the cache as the Hugging Face family has it: bytes by their hashes, and links to them. */
function cached(name: string, commit: string, branch?: string): string {
  const home = join(hub, `models--${name.replace('/', '--')}`);
  const plain = join(folder, 'plain');
  makeTinyFolder(plain, 'bert');
  const snapshot = join(home, 'snapshots', commit);
  for (const entry of readdirSync(plain, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const blob = join(home, 'blobs', createHash('sha256').update(bytes).digest('hex'));
    const link = join(snapshot, relative(plain, path));
    mkdirSync(dirname(blob), { recursive: true });
    mkdirSync(dirname(link), { recursive: true });
    writeFileSync(blob, bytes);
    symlinkSync(relative(dirname(link), blob), link);
  }
  if (branch !== undefined) {
    mkdirSync(join(home, 'refs'), { recursive: true });
    writeFileSync(join(home, 'refs', branch), commit);
  }
  rmSync(plain, { recursive: true });
  return snapshot;
}

const json = async (...args: string[]) => {
  const outcome = await cli('models', ...args, '--json');
  return { ...outcome, value: outcome.stdout === '' ? undefined : JSON.parse(outcome.stdout) };
};

describe('models list', () => {
  test('says what to do where there are none, and is an empty list for programs', async () => {
    expect(await cli('models')).toMatchObject({ status: 0, stdout: expect.stringContaining('octavec pull') });
    expect((await json()).value).toEqual([]);
  });

  test('has an entry for each file that can be run', async () => {
    const snapshot = cached('toys/minilm', newer, 'main');
    writeFileSync(join(snapshot, 'onnx/model_int8.onnx'), 'not looked into');
    const { value } = await json('list');
    expect(value).toEqual([
      expect.objectContaining({ id: 'toys/minilm', source: 'hub', precision: 'fp32', isQuantized: false }),
      expect.objectContaining({ id: 'toys/minilm', precision: 'int8', isQuantized: true, quantizationType: 'int8' }),
    ]);
    expect((await cli('models')).stdout).toMatch(/toys\/minilm .*fp32 int8/);
  });

  test('lists those in folders that are named, and refuses a folder that is not there', async () => {
    makeTinyFolder(join(folder, 'own', 'first'), 'bert');
    const { value } = await json('list', join(folder, 'own'));
    expect(value).toMatchObject([{ id: join(folder, 'own', 'first'), source: 'folder' }]);
    const { status, stderr } = await cli('models', 'lst');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'error: Folder not found: lst. Give a folder that holds models, or one of list, show, path, verify, remove, prune, alias.\n',
    );
  });
});

describe('models show', () => {
  test('names what is known of a model of the cache, by name or revision, or of a folder', async () => {
    const snapshot = cached('toys/minilm', newer, 'main');
    for (const name of [
      'toys/minilm',
      'hf:toys/minilm',
      'hf://toys/minilm',
      'toys/minilm@main',
      `toys/minilm@${newer.slice(0, 8)}`,
    ]) {
      expect((await json('show', name)).value).toMatchObject({ id: 'toys/minilm', path: snapshot, dimensions: 64 });
    }
    expect((await json('show', snapshot)).value).toMatchObject({ id: 'toys/minilm', source: 'hub' });
  });

  test.each(['toys/none', 'toys/minilm@v9'])('%s is not there', async (name) => {
    cached('toys/minilm', newer, 'main');
    const { status, stderr } = await json('show', name);
    expect(status).toBe(1);
    expect(JSON.parse(stderr).error).toEqual({ code: 'FILE_NOT_FOUND', message: expect.stringContaining(name) });
  });
});

test('models path prints the folder alone, for scripts, and asks nobody where the model is not here', async () => {
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:2');
  const snapshot = cached('toys/minilm', newer, 'main');
  expect(await cli('models', 'path', 'toys/minilm')).toEqual({ status: 0, stdout: `${snapshot}\n`, stderr: '' });
  const { status, stderr } = await cli('models', 'path', 'toys/none');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: Offline/);
});

describe('models verify', () => {
  test('finds every file whole', async () => {
    cached('toys/minilm', newer, 'main');
    expect(await cli('models', 'verify')).toEqual({
      status: 0,
      stdout: '1 model checked, 0 files damaged\n',
      stderr: '',
    });
  });

  test('names what is damaged, how it is fetched again, and ends with 1', async () => {
    const snapshot = cached('toys/minilm', newer, 'main');
    cached('toys/other', newer, 'main');
    writeFileSync(join(snapshot, 'config.json'), 'other bytes');
    const { status, stdout, stderr } = await cli('models', 'verify', 'toys/minilm');
    expect(status).toBe(1);
    expect(stdout).toBe(
      'toys/minilm: config.json is damaged; "octavec pull toys/minilm" fetches it again\n1 model checked, 1 file damaged\n',
    );
    expect(stderr).toMatch(/^error: .*config\.json/);
    const { value } = await json('verify');
    expect(value).toEqual({ models: 2, damaged: [{ id: 'toys/minilm', path: 'config.json' }] });
  });

  test('counts no folder, of whose files no hashes are known', async () => {
    const plain = join(folder, 'plain');
    makeTinyFolder(plain, 'bert');
    expect((await json('verify', plain)).value).toEqual({ models: 0, damaged: [] });
  });
});

describe('models remove', () => {
  const homeOf = (name: string) => join(hub, `models--${name.replace('/', '--')}`);

  test('says what would go, and removes it with --yes', async () => {
    cached('toys/minilm', newer, 'main');
    const said = await cli('models', 'remove', 'toys/minilm');
    expect(said.stdout).toMatch(/^toys\/minilm 222222222222: fp32\nwould free .*B; --yes removes\n$/);
    expect(existsSync(homeOf('toys/minilm'))).toBe(true);
    const done = await json('remove', 'toys/minilm', '--yes');
    expect(done.value).toEqual({
      ...{ removed: true, models: [{ id: 'toys/minilm', revision: newer }] },
      bytes: expect.any(Number),
    });
    expect(existsSync(homeOf('toys/minilm'))).toBe(false);
  });

  test('of several removes all or none, and is one answer', async () => {
    cached('toys/a', newer, 'main');
    cached('toys/b', newer, 'main');
    const { status, stdout, stderr } = await cli('models', 'remove', 'toys/a', 'toys/none', '--yes');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('toys/none');
    expect(existsSync(homeOf('toys/a'))).toBe(true);
    const one = (await json('remove', 'toys/a')).value.bytes;
    const { value } = await json('remove', 'toys/a', 'toys/b', 'toys/a', '--yes');
    expect(value.models.map(({ id }: { id: string }) => id)).toEqual(['toys/a', 'toys/b']);
    expect(value.bytes).toBe(2 * one);
    expect([existsSync(homeOf('toys/a')), existsSync(homeOf('toys/b'))]).toEqual([false, false]);
  });
});

describe('models prune', () => {
  test('removes revisions that no branch leads to', async () => {
    cached('toys/minilm', older);
    cached('toys/minilm', newer, 'main');
    const { value } = await json('prune', '--yes');
    expect(value.models).toEqual([{ id: 'toys/minilm', revision: older }]);
    // All its bytes are those of the newer one, too.
    expect(value.bytes).toBe(0);
    expect((await json('verify')).value).toEqual({ models: 1, damaged: [] });
  });

  test('says where there is nothing to remove', async () => {
    cached('toys/minilm', newer, 'main');
    expect((await cli('models', 'prune')).stdout).toBe('nothing to remove\n');
    expect((await cli('models', 'prune', '--yes')).stdout).toBe('nothing to remove\n');
  });
});

describe('models that are named twice', () => {
  test('are removed once, and free their bytes once', async () => {
    cached('ours/small', older, 'main');
    const once = JSON.parse((await cli('models', 'remove', 'ours/small', '--json')).stdout);
    expect(once.models).toEqual([{ id: 'ours/small', revision: older }]);
    for (const names of [
      ['ours/small', `ours/small@${older}`],
      [`ours/small@${older}`, 'ours/small'],
      ['ours/small', 'hf:ours/small'],
    ]) {
      const { status, stdout } = await cli('models', 'remove', ...names, '--json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual(once);
    }
    expect((await cli('models', 'remove', 'ours/small', `ours/small@${older}`, '--yes')).status).toBe(0);
    expect((await cli('models', 'list', '--json')).stdout).toBe('[]\n');
  });
});
