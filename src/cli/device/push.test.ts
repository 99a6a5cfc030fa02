import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';
import { makeTinyFolder } from '../../../test/support/tiny-folder.js';

let folder: string;
let model: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-cli-push-'));
  model = join(folder, 'tiny');
  makeTinyFolder(model, 'bert');
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  // No device is asked, and none could be.
  vi.stubEnv('ADB_SERVER_SOCKET', 'localfilesystem:/none');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const config = (text: string) => {
  const path = join(folder, 'octavec.toml');
  writeFileSync(path, text);
  return ['--config', path];
};
const dry = (...args: readonly string[]) => cli('push', model, '--dry-run', ...args);

describe('push --dry-run', () => {
  test('lists what the folder would hold', async () => {
    const { status, stdout, stderr } = await dry('--to', '/models/');
    expect(status).toBe(0);
    expect(stdout).toBe('/models, would hold:\n  tiny.tokenizer.json\n  tiny.json\n  tiny.onnx\n');
    expect(stderr).toMatch(/^note: .*is not proven: it has no evidence\n$/);
  });

  test('with --json has everything an app needs', async () => {
    const { stdout } = await dry('--app', 'com.example.app', '--json');
    const outcome = JSON.parse(stdout);
    expect(outcome).toMatchObject({ folder: '/sdcard/Android/data/com.example.app/files/models', devices: [] });
    expect(outcome.models).toMatchObject([{ id: 'tiny', isQuantized: false, dimensions: 64 }]);
  });

  test.each([
    ['json', /^\{\n {2}"models": \[/],
    ['kotlin', /EmbeddingModelSpec\(\n {6}id = "tiny",/],
    ['swift', /EmbeddingModelSpec\(\n {6}id: "tiny",/],
  ])('with --export-config %s prints the list that an app reads, and nothing else', async (form, start) => {
    expect((await dry('--to', '/m', '--export-config', form)).stdout).toMatch(start);
  });

  test('names files by the flag, else by the configuration', async () => {
    const named = config('[models]\nnames = "AVA-{dimensions}-{family}[-{precision}].onnx"\n');
    expect((await dry('--to', '/m', ...named)).stdout).toContain('  AVA-64-tiny.onnx\n');
    expect((await dry('--to', '/m', ...named, '--names', 'X-{family}[-{precision}].onnx')).stdout).toContain(
      '  X-tiny.onnx\n',
    );
  });

  test('takes the place of the configuration where no flag names one', async () => {
    const place = config('[device]\napp = "com.example.house"\n');
    expect((await dry(...place)).stdout).toMatch(/^\/sdcard\/Android\/data\/com\.example\.house\/files\/models,/);
    expect((await dry(...place, '--to', '/own')).stdout).toMatch(/^\/own,/);
  });
});

describe('what cannot be pushed', () => {
  test.each<[readonly string[], string]>([
    [[], 'It is not said where on the device'],
    [['--run-as'], 'It is not said as which app'],
    [['--app', 'example'], '"example" is no name of a package'],
    [['--to', 'relative'], '"relative" is no folder that octavec writes to'],
    [['--to', '/m', '--variant', 'int8'], 'has no variant int8'],
  ])('%j', async (args, said) => {
    const { status, stdout, stderr } = await dry(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  test('without a server that can be asked', async () => {
    const { status, stderr } = await cli('push', model, '--to', '/m', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining('localfilesystem:/none'),
    });
  });
});

describe('commands that need more than a model', () => {
  test.each<[readonly string[], number, RegExp]>([
    [['publish', '@', '--as', 'me/tiny', '--dry-run'], 2, /The (licence|base) of the original is not known/],
    [['publish', '@', '--as', 'me/tiny', '--dry-run', '--licence', 'mit'], 2, /Give --base/],
    [['distill', '@', '--vocabulary', '@empty'], 2, /There is no word in .*empty/],
    [['quantize-all', '@', '--names'], 2, /There is no template of names\. Give one with --names/],
    [['quantize', '@', '--to', 'int8', '--texts', '@none.txt'], 1, /File of texts not found: .*none\.txt/],
    [['quantize', '@', '--to', 'int8', '--texts', '@empty'], 2, /holds 0 distinct texts\. Three are the least/],
    [['inspect', '@', '--variant', 'int8'], 1, /int8/],
    [['bench', '@', '--variant', 'q4'], 1, /q4/],
    [['export', '@', '--for', 'tei', '--out', '@'], 1, /tiny/],
  ])('%j', async (args, status, said) => {
    writeFileSync(join(folder, 'empty'), '');
    const words = args.map((word) => (word === '@' ? model : word.replace(/^@/, `${folder}/`)));
    const outcome = await cli(...words);
    expect(outcome.stderr).toMatch(said);
    expect({ status: outcome.status, stdout: outcome.stdout }).toEqual({ status, stdout: '' });
  });
});
