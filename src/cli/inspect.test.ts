import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cli } from '../../test/support/run-cli.js';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-inspect-'));
const model = join(folder, 'with a space', 'mödel');
beforeAll(() => {
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
  makeTinyFolder(model, 'bert');
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('inspect', () => {
  test('gives programs one document, without weights, and people text', async () => {
    const { status, stdout, stderr } = await cli('inspect', model, '--json');
    expect([status, stderr]).toEqual([0, '']);
    const inspected = JSON.parse(stdout);
    expect(inspected).toMatchObject({
      path: join(model, 'onnx/model.onnx'),
      use: { output: expect.objectContaining({}), maxTokens: 128, head: { pooling: ['mean'], normalize: true } },
    });
    expect(inspected.inputs.map(({ name }: { name: string }) => name)).toContain('input_ids');
    expect(stdout.length).toBeLessThan(50_000);
    const text = await cli('inspect', model);
    expect(text.status).toBe(0);
    expect(text.stdout).toContain('input_ids');
    expect(text.stdout).not.toMatch(/undefined|NaN|\[object/);
  });

  test('overrides what the folder says', async () => {
    const { stdout } = await cli(
      'inspect',
      model,
      '--pooling',
      'cls',
      '--no-normalize',
      '--max-tokens',
      '32',
      '--json',
    );
    expect(JSON.parse(stdout).use).toMatchObject({ maxTokens: 32, head: { pooling: ['cls'], normalize: false } });
  });

  test('looks into a file alone, which nothing can be run with', async () => {
    const lone = join(folder, 'lone.onnx');
    cpSync(join(model, 'onnx/model.onnx'), lone);
    const { status, stdout } = await cli('inspect', lone, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).path).toBe(lone);
  });
});

describe('a model that is none ends with 1, and what to do', () => {
  test.each<[string, () => string, string, RegExp]>([
    ['a folder without a model', () => join(folder, 'empty'), 'MODEL_NOT_FOUND', /looked for onnx\/model\.onnx/],
    ['a path that leads nowhere', () => './nowhere', 'FILE_NOT_FOUND', /Check the path; it counts from/],
    ['a text file of a model', () => join(model, 'config.json'), 'OTHER_FORMAT', /Give the folder that it is in/],
    ['a variant that is not there', () => `${model}/`, 'MODEL_NOT_FOUND', /there are: .*model\.onnx.*octavec quantize/],
    ['a name of the hub without the network', () => 'toys/none', 'HUB_OFFLINE', /octavec pull/],
    [
      'a name with a typing error',
      () => 'bge-smal-en-v1.5',
      'FILE_NOT_FOUND',
      /Did you mean BAAI\/bge-small-en-v1\.5\?/,
    ],
    ['a path of another system', () => '.\\model', 'FILE_NOT_FOUND', /Paths have "\/" on this system: \.\/model/],
    ['an address with a broken percent sign', () => 'https://huggingface.co/a%/b', 'FILE_NOT_FOUND', /Addresses of/],
  ])('%s', async (what, path, code, said) => {
    const variant = what.startsWith('a variant') ? ['--variant', 'int8'] : [];
    const { status, stdout, stderr } = await cli('inspect', path(), ...variant, '--json');
    expect([status, stdout]).toEqual([1, '']);
    const { error } = JSON.parse(stderr);
    expect(error).toEqual({ code, message: expect.stringMatching(said) });
  });

  test('a file that is damaged, with its place', async () => {
    const path = join(folder, 'damaged.onnx');
    writeFileSync(path, 'not an ONNX file, but long enough to be read as one');
    const { status, stderr } = await cli('inspect', path);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*damaged\.onnx/);
  });
});
