import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { errorOf, octavec, temporaryFolder } from './octavec.js';

const int8 = join(inject('variants'), 'onnx/model_int8.onnx');

function folderWith(toml: string): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'octavec.toml'), toml);
  writeFileSync(join(cwd, 'texts.txt'), 'hello world\n');
  return cwd;
}

async function vector(cwd: string, ...args: readonly string[]): Promise<number[]> {
  const outcome = await octavec(['embed', '--file', 'texts.txt', ...args], { cwd });
  expect([outcome.status, outcome.stderr]).toEqual([0, expect.not.stringContaining('error')]);
  return JSON.parse(outcome.stdout).embedding;
}

describe('[embedding]', () => {
  test('runs the quantized file and does not look at the model; without it, the model', async () => {
    const quantized = `quantized_model_path = ${JSON.stringify(int8)}\n`;
    const rest = '[embedding]\nmodel = "nobody/has-this"\n';
    const own = await vector(folderWith(rest + quantized));
    expect(own).toEqual(await vector(folderWith(''), int8));
    const original = await vector(folderWith(`[embedding]\nmodel = ${JSON.stringify(embeddedModel)}\n`));
    expect(original).not.toEqual(own);
    expect(original).toEqual(await vector(folderWith(''), embeddedModel));
    expect(await vector(folderWith(''))).toEqual(original);
  });

  test('sets dimensions, prompt, batches and sessions; options win', async () => {
    const cwd = folderWith(
      '[embedding]\ndimensions = 64\nprompt = "query: "\nbatch_size = 4\npool_size = 1\nthreads = 1\n',
    );
    const short = await vector(cwd);
    expect(short).toHaveLength(64);
    expect(short).toEqual(await vector(folderWith(''), 'minilm', '--dimensions', '64', '--prompt', 'query: '));
    expect(await vector(cwd, '--dimensions', '32')).toHaveLength(32);
  });

  test.each([
    ['quantized_model_path', 'ONNX file'],
    ['tokenizer_path', 'tokenizer'],
    ['tokenizer_config_path', 'configuration of the tokenizer'],
  ])('%s that is not there is told with its line', async (key, what) => {
    const cwd = folderWith(`# mine\n[embedding]\nthreads = 1\n${key} = "gone/model_int8.onnx"\n`);
    for (const args of [
      ['embed', '--file', 'texts.txt', '--json'],
      ['config', 'check', '--json'],
    ]) {
      const outcome = await octavec(args, { cwd });
      expect(outcome.status).toBe(2);
      expect(errorOf(outcome)).toEqual({
        code: 'CONFIGURED_FILE',
        message: expect.stringContaining(`Cannot read the ${what} ${join(cwd, 'gone/model_int8.onnx')}: no such file.`),
      });
      expect(errorOf(outcome).message).toContain(`fix embedding.${key} in octavec.toml, line 4.`);
    }
  });

  test('texts alone stay ambiguous', async () => {
    const { status, stderr } = await octavec(['embed', 'hello'], {
      cwd: folderWith('[embedding]\nmodel = "minilm"\n'),
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('was taken for the model')]);
  });
});

describe('config', () => {
  test('shows what counts and where it is set', async () => {
    const cwd = folderWith('threads = 3\n[embedding]\nmodel = "minilm"\n[models.aliases]\nhouse = "a/b"\n');
    const { stdout } = await octavec(['config', 'show', '--json'], { cwd, env: { OCTAVEC_THREADS: '2' } });
    expect(JSON.parse(stdout)).toEqual([
      { key: 'threads', value: 2, from: 'the environment' },
      { key: 'embedding.model', value: 'minilm', from: 'octavec.toml, line 3' },
      { key: 'models.aliases.house', value: 'a/b', from: 'octavec.toml, line 5' },
    ]);
  });

  test('check names every mistake with its line', async () => {
    const cwd = folderWith('[embedding]\nmodell = "minilm"\nthreads = "two"\nnormalize = 1\n');
    const { status, stderr } = await octavec(['config', 'check'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(/line 3: "embedding\.threads"/);
    expect(stderr).toMatch(/line 4: "embedding\.normalize"/);
    expect(stderr).toMatch(/line 2: there is no key "embedding\.modell"; the nearest is "embedding\.model"/);
  });

  test('check names every file that is not there', async () => {
    const cwd = folderWith('[embedding]\nquantized_model_path = "a.onnx"\ntokenizer_path = "t.json"\n');
    const { stderr } = await octavec(['config', 'check'], { cwd });
    expect(stderr).toMatch(/the ONNX file \S+a\.onnx: no such file; the tokenizer \S+t\.json: no such file\. /);
    expect(stderr).toMatch(
      /fix embedding\.quantized_model_path in octavec\.toml, line 2, embedding\.tokenizer_path in \S+ line 3/,
    );
  });

  test('init writes a file without mistakes, also with every key set, and overwrites none', async () => {
    const cwd = temporaryFolder();
    expect((await octavec(['init'], { cwd })).status).toBe(0);
    const path = join(cwd, 'octavec.toml');
    expect((await octavec(['config', 'check'], { cwd })).stdout).toContain('no mistakes');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/^# (\w+ = )/gm, '$1').replace(/^\w+_path = .*$/gm, ''));
    expect((await octavec(['config', 'check'], { cwd })).stderr).toBe('');
    expect((await octavec(['config', 'show'], { cwd })).stdout).toContain('embedding.dimensions = 256');
    expect((await octavec(['init'], { cwd })).status).toBe(2);
  });
});
