import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HubSettings } from '../hub/index.js';
import { planPrune, planRemoval } from './remove-models.js';
import { variantsFolder } from './variants-folder.js';

const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)];

const root = mkdtempSync(join(tmpdir(), 'octavec-remove-'));
let settings: HubSettings;
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function newCache(): void {
  const cache = mkdtempSync(join(root, 'hub-'));
  settings = { cache } as HubSettings;
  vi.stubEnv('OCTAVEC_CACHE', join(cache, 'own'));
}

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const home = (id: string) => join(settings.cache, `models--${id.replace('/', '--')}`);

/** A commit with a blob of 1,000 bytes that all commits of the model share, and one of 10 bytes of its own. */
function commit(id: string, hash: string, ...branches: readonly string[]): void {
  const snapshot = join(home(id), 'snapshots', hash);
  mkdirSync(join(snapshot, 'onnx'), { recursive: true });
  put(join(home(id), 'blobs/shared'), 'x'.repeat(1000));
  put(join(home(id), 'blobs', hash), 'x'.repeat(10));
  symlinkSync('../../../blobs/shared', join(snapshot, 'onnx/model.onnx'));
  symlinkSync(`../../blobs/${hash}`, join(snapshot, 'config.json'));
  for (const branch of branches) {
    put(join(home(id), 'refs', branch), hash);
  }
}

describe('what would be removed', () => {
  beforeAll(() => {
    newCache();
    commit('a/model', older, 'v1');
    commit('a/model', newer, 'main');
    commit('a/other', newer, 'main');
  });
  const plan = async (name: string) => {
    const removal = await planRemoval([name], { settings });
    return removal && { revisions: removal.models.map(({ revision }) => revision), bytes: removal.bytes };
  };

  test.each(['a/model', 'hf:a/model', 'hf://a/model'])(
    '%s is all of its revisions; shared bytes count once',
    async (name) => {
      expect(await plan(name)).toEqual({ revisions: [older, newer], bytes: 1020 });
    },
  );

  test.each(['a/model@v1', `a/model@${older}`, `a/model@${older.slice(0, 7)}`])(
    '%s is one revision, without the bytes that the other uses',
    async (name) => {
      expect(await plan(name)).toEqual({ revisions: [older], bytes: 10 });
    },
  );

  test.each(['a/none', 'a/model@v2', `a/model@${older.slice(0, 6)}`, 'model', 'minilm', '', '../a/model'])(
    'nothing, where "%s" is not in the cache',
    async (name) => {
      expect(await plan(name)).toBeUndefined();
    },
  );

  test('is of the hub, even where a folder has the name', async () => {
    const before = process.cwd();
    mkdirSync(join(root, 'here/a/model'), { recursive: true });
    process.chdir(join(root, 'here'));
    try {
      expect(await plan('a/model')).toMatchObject({ bytes: 1020 });
    } finally {
      process.chdir(before);
    }
  });

  test('is still all there: planning removes nothing', async () => {
    await plan('a/model');
    expect(readdirSync(join(home('a/model'), 'snapshots')).sort()).toEqual([older, newer]);
  });
});

test('what several of the removed revisions share counts once, though another stays', async () => {
  newCache();
  commit('a/model', older);
  commit('a/model', 'c'.repeat(40));
  commit('a/model', newer, 'main');
  put(join(home('a/model'), 'blobs/old'), 'x'.repeat(500));
  for (const hash of [older, 'c'.repeat(40)]) {
    symlinkSync('../../blobs/old', join(home('a/model'), 'snapshots', hash, 'tokenizer.json'));
  }
  expect((await planPrune({ settings })).bytes).toBe(10 + 10 + 500);
  // All of the name: 1,000 that all share, 500 that two share, and three times 10.
  expect((await planRemoval(['a/model'], { settings }))?.bytes).toBe(1530);
});

describe('removing', () => {
  beforeEach(newCache);

  test('takes the variants that were made of the model, counts them, and leaves those of others', async () => {
    commit('a/model', older, 'main');
    commit('a/other', older, 'main');
    put(join(variantsFolder('a/model', older), 'onnx/model_int8.onnx'), 'x'.repeat(300));
    put(join(variantsFolder('a/other', older), 'onnx/model_int8.onnx'), 'x'.repeat(300));
    const removal = await planRemoval(['a/model'], { settings });
    expect(removal?.bytes).toBe(1000 + 10 + 300);
    await removal?.remove();
    expect(existsSync(home('a/model'))).toBe(false);
    expect(existsSync(dirname(variantsFolder('a/model', older)))).toBe(false);
    expect(existsSync(join(home('a/other'), 'blobs/shared'))).toBe(true);
    expect(existsSync(join(variantsFolder('a/other', older), 'onnx/model_int8.onnx'))).toBe(true);
  });

  test('of one revision leaves the shared bytes and the variants of the other', async () => {
    commit('a/model', older, 'v1');
    commit('a/model', newer, 'main');
    put(join(variantsFolder('a/model', newer), 'onnx/model_q4.onnx'), 'x');
    await (await planRemoval(['a/model@v1'], { settings }))?.remove();
    expect(readdirSync(join(home('a/model'), 'snapshots'))).toEqual([newer]);
    expect(readdirSync(join(home('a/model'), 'blobs')).sort()).toEqual([newer, 'shared']);
    expect(readdirSync(join(home('a/model'), 'refs'))).toEqual(['main']);
    expect(existsSync(join(variantsFolder('a/model', newer), 'onnx/model_q4.onnx'))).toBe(true);
  });
});

describe('removing several at once', () => {
  beforeEach(newCache);

  test('counts what they share, and leaves no empty folder of a model whose revisions are all gone', async () => {
    commit('a/model', older, 'v1');
    commit('a/model', newer, 'main');
    commit('a/other', newer, 'main');
    const removal = await planRemoval(['a/model@v1', 'a/model@main'], { settings });
    expect(removal).toMatchObject({ models: [{ revision: older }, { revision: newer }], bytes: 1020 });
    await removal?.remove();
    expect(readdirSync(settings.cache)).toEqual(['models--a--other']);
  });

  test('takes a model and a revision of it as one', async () => {
    commit('a/model', older, 'v1');
    commit('a/model', newer, 'main');
    const removal = await planRemoval(['a/model@v1', 'a/model', 'a/none'], { settings });
    expect(removal).toMatchObject({ models: [{ revision: older }, { revision: newer }], bytes: 1020 });
    expect(await planRemoval(['a/none', 'a/neither'], { settings })).toBeUndefined();
    expect(await planRemoval([], { settings })).toBeUndefined();
  });
});

describe('pruning', () => {
  beforeEach(newCache);

  test('takes what no branch leads to, and nothing else', async () => {
    commit('a/model', older);
    commit('a/model', newer, 'main');
    const removal = await planPrune({ settings });
    expect(removal).toMatchObject({ models: [{ id: 'a/model', revision: older }], bytes: 10 });
    await removal.remove();
    expect(readdirSync(join(home('a/model'), 'snapshots'))).toEqual([newer]);
  });

  test('of a model that no branch leads to at all takes the whole', async () => {
    commit('a/model', older);
    commit('a/model', newer);
    const removal = await planPrune({ settings });
    expect(removal.bytes).toBe(1020);
    await removal.remove();
    expect(existsSync(home('a/model'))).toBe(false);
  });

  test('finds nothing in a cache where all are in use, or that is not there', async () => {
    expect(await planPrune({ settings })).toMatchObject({ models: [], bytes: 0 });
    commit('a/model', newer, 'main');
    const removal = await planPrune({ settings });
    expect(removal).toMatchObject({ models: [], bytes: 0 });
    await removal.remove();
    expect(existsSync(home('a/model'))).toBe(true);
  });
});
