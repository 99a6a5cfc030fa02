import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfiguration } from './read-configuration.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
  return full;
}

const read = (environment: Record<string, string> = {}, file?: string) =>
  readConfiguration({ file, folder, environment: { XDG_CONFIG_HOME: join(folder, 'home'), ...environment } });

test('without files and variables nothing is configured', async () => {
  expect(await read()).toEqual({ limits: {}, gates: {}, methods: {} });
});

test('the table of the server: entry by entry, paths from the folder of the file, what is no path stays', async () => {
  write('home/octavec/config.toml', '[server]\nport = 8080\nhost = "0.0.0.0"\n');
  write('minilm/config.json', '{}');
  write(
    'octavec.toml',
    '[server]\nport = 9090\napiKeyFile = "keys.txt"\nmodels = ["./minilm", "intfloat/e5-small-v2"]\n' +
      'index = ["docs.index", "guide=./guide.index", "lancedb:docs.lance", "postgres://db/app?index=docs"]\n',
  );
  expect((await read()).server).toEqual({
    ...{ port: 9090, host: '0.0.0.0', apiKeyFile: join(folder, 'keys.txt') },
    models: [join(folder, 'minilm'), 'intfloat/e5-small-v2'],
    index: [
      ...[join(folder, 'docs.index'), `guide=${join(folder, 'guide.index')}`],
      ...[`lancedb:${join(folder, 'docs.lance')}`, 'postgres://db/app?index=docs'],
    ],
  });
  write('octavec.toml', '[server]\nportt = 1\n');
  await expect(read()).rejects.toMatchObject({ details: { why: expect.stringContaining('"server.port"') } });
});

test('names for models stay beside those of a project, which are stronger; what a server calls its models does not', async () => {
  write(
    'home/octavec/config.toml',
    '[models]\nfolders = ["/m"]\n[models.aliases]\nhouse = "a/b"\nold = "c/d"\n[server]\naliases = { x = "a" }\n',
  );
  write('octavec.toml', '[models.aliases]\nhouse = "e/f"\nnew = "g/h"\n[server]\naliases = { y = "b" }\n');
  const { models, server } = await read();
  expect(models).toEqual({ folders: ['/m'], aliases: { house: 'e/f', old: 'c/d', new: 'g/h' } });
  expect(server?.aliases).toEqual({ y: 'b' });
});

test('environment over project over user, tables entry by entry', async () => {
  write(
    'home/octavec/config.toml',
    'threads = 1\nengine = "auto"\n[limits]\ncosineP1 = 0.9\nspeedUp = 1.5\n[methods.q4]\nblockSize = 16\nsymmetric = true\n',
  );
  write(
    'octavec.toml',
    'threads = 2\nto = ["int8"]\n[limits]\ncosineP1 = 0.95\n[gates.house]\nlike = "int8"\nl2Mean = 1\n[methods.q4]\nblockSize = 64\n',
  );
  expect(await read({ OCTAVEC_THREADS: '3', OCTAVEC_LIMITS: 'stsLoss=0.5, mrrLoss=1', OCTAVEC_GATE: '' })).toEqual({
    threads: 3,
    engine: 'auto',
    to: ['int8'],
    limits: { cosineP1: 0.95, speedUp: 1.5, stsLoss: 0.5, mrrLoss: 1 },
    gates: { house: { like: 'int8', l2Mean: 1 } },
    methods: { q4: { blockSize: 64, symmetric: true } },
  });
});

test('a named file takes the place of the others', async () => {
  write('octavec.toml', 'threads = 2\n');
  const named = write('ci.toml', 'engine = "native"\n');
  const expected = { engine: 'native', limits: {}, gates: {}, methods: {} };
  expect(await read({}, named)).toEqual(expected);
  expect(await read({ OCTAVEC_CONFIG: named })).toEqual(expected);
  await expect(read({}, join(folder, 'none.toml'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('paths in a file count from its folder; names of tasks stay names', async () => {
  write(
    'home/octavec/config.toml',
    'texts = "mine.txt"\ncache = "~/vectors"\ncalibration = "/abs.txt"\ntasks = ["scifact-mini", "sts:pairs.tsv", "mteb/x", "clustering:~/c.tsv"]',
  );
  write('home/octavec/pairs.tsv', '');
  expect(await read()).toMatchObject({
    texts: join(folder, 'home/octavec/mine.txt'),
    cache: join(homedir(), 'vectors'),
    calibration: '/abs.txt',
    tasks: [
      'scifact-mini',
      `sts:${join(folder, 'home/octavec/pairs.tsv')}`,
      'mteb/x',
      `clustering:${join(homedir(), 'c.tsv')}`,
    ],
  });
});

describe('says what is wrong, and where', () => {
  test.each([
    ['thread = 2', 'there is no key "thread"; the nearest is "threads"'],
    ['[limits]\ncosinP1 = 0.9', 'there is no key "limits.cosinP1"; the nearest is "limits.cosineP1"'],
    [
      '[gates.house]\nNDCG_loss = 0.1',
      'there is no key "gates.house.NDCG_loss"; the nearest is "gates.house.ndcgLoss"',
    ],
    ['variant = "int8"', 'there is no key "variant"; known are threads, engine, cache, '],
    ['[limits]\nsharpness = 1', 'there is no key "limits.sharpness"; known are nonFinite, '],
    ['threads = 0', '"threads": '],
    ['engine = "fast"', '"engine": '],
    ['[limits]\nspeedUp = "much"', '"limits.speedUp": '],
    ['to = ["int8", "int9"]', '"to.1": '],
    ['threads = 1\n[gates.house\n', 'line 2, column 13: illegal character in key. '],
  ])('%j', async (text, why) => {
    const path = write('octavec.toml', text);
    const error = await read().catch((error: Error) => error);
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID' });
    expect((error as Error).message).toMatch(new RegExp(`^${folder}/octavec.toml cannot be used: `));
    expect((error as Error).message).toContain(why);
    expect((error as Error).message).not.toContain('\n');
    expect(path).toBeTruthy();
  });

  test.each([
    [{ OCTAVEC_THREADS: 'many' }, 'The environment variable OCTAVEC_THREADS cannot be used: "threads": '],
    [{ OCTAVEC_LIMITS: 'cosine=1' }, 'no key "limits.cosine"; the nearest is'],
    [{ OCTAVEC_LIMITS: 'cosineP1' }, 'OCTAVEC_LIMITS cannot be used: "limits.cosineP1": '],
  ])('%j', async (environment, message) => {
    await expect(read(environment)).rejects.toThrow(message);
  });

  test('a folder in place of a file', async () => {
    mkdirSync(join(folder, 'octavec.toml'));
    await expect(read()).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });
});
