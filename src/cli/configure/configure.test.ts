import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';

const before = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-configure-'));
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'home'));
  vi.stubEnv('OCTAVEC_CONFIG', '');
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const put = (name: string, text: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};

describe('init', () => {
  test('writes a file that changes nothing and has no mistakes', async () => {
    expect(await cli('init')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^octavec\.toml: /) });
    expect(JSON.parse((await cli('config', 'show', '--json')).stdout)).toEqual([]);
    expect(await cli('config', 'check')).toEqual({ status: 0, stdout: 'octavec.toml: no mistakes\n', stderr: '' });
  });

  test('writes over no file, and leaves nothing half-written', async () => {
    put('octavec.toml', 'threads = 2\n');
    const { status, stderr } = await cli('init');
    expect(status).toBe(2);
    expect(stderr).toMatch(/octavec\.toml is there already\. Give another name/);
    expect(readFileSync('octavec.toml', 'utf8')).toBe('threads = 2\n');
    expect(readdirSync('.')).toEqual(['octavec.toml']);
  });

  test('takes another name, with its folders, and says for programs where it is', async () => {
    expect((await cli('init', 'ci/strict.toml', '--json')).stdout).toBe('{"file":"ci/strict.toml"}\n');
    expect((await cli('config', 'check', '--config', 'ci/strict.toml')).status).toBe(0);
  });

  test('cannot write where a file stands in place of a folder', async () => {
    put('file', '');
    const { status, stderr } = await cli('init', 'file/octavec.toml', '--json');
    expect([status, JSON.parse(stderr).error.code]).toEqual([1, 'OUTPUT_NOT_WRITABLE']);
  });
});

describe('config show', () => {
  test('says of each value where it comes from; the project counts more than the user', async () => {
    put('home/octavec/config.toml', 'threads = 1\nengine = "native"\n');
    put('octavec.toml', '# mine\nthreads = 2\n\n[limits]\ncosineP1 = 0.99\n');
    const { stdout } = await cli('config', 'show', '--json');
    const values = Object.fromEntries(
      JSON.parse(stdout).map(({ key, value, from }: Record<string, string>) => [key, [value, from]]),
    );
    expect(values).toEqual({
      threads: [2, 'octavec.toml, line 2'],
      engine: ['native', expect.stringMatching(/config\.toml, line 2$/)],
      'limits.cosineP1': [0.99, 'octavec.toml, line 5'],
    });
    const shown = (await cli('config', 'show')).stdout.split('\n');
    expect(shown).toContainEqual(expect.stringMatching(/^threads = 2 +# octavec\.toml, line 2$/));
  });

  test('a variable of the environment counts most', async () => {
    put('octavec.toml', 'threads = 2\n');
    vi.stubEnv('OCTAVEC_THREADS', '3');
    expect(JSON.parse((await cli('config', 'show', '--json')).stdout)).toEqual([
      { key: 'threads', value: 3, from: 'the environment' },
    ]);
  });
});

describe('config check ends with 2 and names key, file and line', () => {
  test.each<[string, RegExp]>([
    ['thraeds = 2\n', /thraeds.*octavec\.toml|octavec\.toml.*thraeds/],
    ['threads = "two"\n', /threads/],
    ['threads = 0\n', /threads/],
    ['threads = \n', /octavec\.toml/],
    ['[limits]\ncosine = 1\n', /cosine/],
    ['threads = 1\ngate = "house"\n', /octavec\.toml, line 2 cannot be used: "house" is not a gate/],
    ['[gates.house]\nlike = "int9"\n', /octavec\.toml, line \d cannot be used: "int9" is not a gate/],
    ['[gates.a]\nlike = "b"\n[gates.b]\nlike = "a"\n', /a → b → a are like each other/],
    [
      '\ntexts = "nowhere.txt"\n',
      /the file of texts .*nowhere\.txt: no such file\. Fix texts in octavec\.toml, line 2/,
    ],
    ['calibration = "."\n', /it is a folder\. Fix calibration/],
    ['[server]\napiKeyFile = "keys.txt"\n', /the file of keys .*keys\.txt: no such file\. Fix server\.apiKeyFile/],
  ])('%j', async (toml, said) => {
    put('octavec.toml', toml);
    const { status, stdout, stderr } = await cli('config', 'check');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });

  test('a file that is named and not there', async () => {
    expect(await cli('config', 'check', '--config', 'none.toml')).toMatchObject({
      ...{ status: 1, stdout: '', stderr: expect.stringContaining('none.toml') },
    });
  });
});
