import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';
import { makeTinyFolder } from '../../../test/support/tiny-folder.js';

let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-alias-'));
  config = join(folder, 'octavec.toml');
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'home'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const alias = (...args: string[]) => cli('models', 'alias', ...args, '--config', config);

test('a name is set, listed, replaced and taken out again, and the rest of the file stays', async () => {
  writeFileSync(config, '# mine\nthreads = 2\n');
  expect(await alias('set', 'house', 'BAAI/bge-m3')).toEqual({
    ...{ status: 0, stdout: `house = BAAI/bge-m3, in ${config}\n`, stderr: '' },
  });
  await alias('set', 'house', 'BAAI/bge-small-en-v1.5');
  await alias('set', 'second', 'minilm');
  const { stdout } = await alias('list');
  expect(stdout.trim().split('\n').sort()).toEqual(['house = BAAI/bge-small-en-v1.5', 'second = minilm']);
  expect(JSON.parse((await alias('list', '--json')).stdout)).toEqual({
    house: 'BAAI/bge-small-en-v1.5',
    second: 'minilm',
  });
  expect((await alias('remove', 'house')).stdout).toBe(`house is taken out of ${config}\n`);
  const text = readFileSync(config, 'utf8');
  expect(text).toContain('# mine\nthreads = 2\n');
  expect(text).not.toContain('house');
});

test('a path is written so that it leads there from every folder', async () => {
  const model = join(folder, 'model');
  makeTinyFolder(model, 'bert');
  writeFileSync(config, '');
  const { stdout } = await alias('set', 'own', model, '--json');
  expect(JSON.parse(stdout)).toEqual({ file: config, name: 'own', model });
});

test.each<[string[], number, RegExp]>([
  [['set', 'a/b', 'minilm'], 2, /"a\/b" cannot be a name of your own/],
  [['set', 'a b', 'minilm'], 2, /cannot be a name/],
  [['remove', 'none'], 2, /has no alias "none"\. It has none\./],
  [['set', 'own', './nowhere'], 1, /Model not found: \.\/nowhere/],
  [['set', 'own', 'bge-smal-en-v1.5'], 1, /Did you mean BAAI\/bge-small-en-v1\.5\?/],
])('refused: %j', async (args, status, said) => {
  writeFileSync(config, '');
  const outcome = await alias(...args);
  expect({ status: outcome.status, stdout: outcome.stdout }).toEqual({ status, stdout: '' });
  expect(outcome.stderr).toMatch(said);
  expect(readFileSync(config, 'utf8')).toBe('');
});

test('a file that is broken is not written over', async () => {
  writeFileSync(config, 'threads = \n');
  const { status, stderr } = await alias('set', 'house', 'minilm');
  expect(status).toBe(2);
  expect(stderr).toContain(config);
  expect(readFileSync(config, 'utf8')).toBe('threads = \n');
});

test('a file that is named and not there is made', async () => {
  expect((await alias('set', 'house', 'minilm')).status).toBe(0);
  expect(existsSync(config)).toBe(true);
});
