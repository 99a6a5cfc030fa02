import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { uploadServer } from '../support/upload-server.js';
import { errorOf, octavec, temporaryFolder } from './octavec.js';

const facts = ['--as', 'me/toy-int8', '--base', 'sentence-transformers/all-MiniLM-L6-v2', '--licence', 'apache-2.0'];

describe('octavec publish', () => {
  test('--dry-run prints the card: quality, recipe, licence, source, use', async () => {
    const { status, stdout } = await octavec([
      'publish',
      inject('variants'),
      ...facts,
      '--variant',
      'int8',
      '--dry-run',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^---\nlicense: apache-2\.0\nbase_model: sentence-transformers\/all-MiniLM-L6-v2\n/);
    expect(stdout).toMatch(/\| `onnx\/model_int8\.onnx` \| \d+(\.\d+)? MB \| .* pass \(int8\) \|/);
    expect(stdout).toContain('Measured on 24 texts (texts.txt)');
    expect(stdout).toMatch(/SHA-256 `[0-9a-f]{64}`; recipe `\{"method":"int8"/);
    for (const use of [
      "dtype: 'int8'",
      'file_name": "onnx/model_int8.onnx"',
      'PoolingType.MEAN',
      'npx octavec embed me/toy-int8',
    ]) {
      expect(stdout).toContain(use);
    }
  });

  test('uploads the variants, their evidence, the configuration and the card as one commit', async () => {
    const hub = await uploadServer('hf_secret');
    const env = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'hf_secret', HF_HUB_OFFLINE: undefined };
    const folder = inject('variants');
    const outcome = await octavec(['publish', folder, ...facts, '--variant', 'int8', '--json'], { env });
    expect([outcome.status, outcome.stderr]).toEqual([0, '']);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ url: `${hub.endpoint}/me/toy-int8`, commit: 'c'.repeat(40) });
    for (const path of [
      'onnx/model_int8.onnx',
      'onnx/model_int8.evidence.json',
      'tokenizer.json',
      '1_Pooling/config.json',
    ]) {
      expect(hub.files.get(path)?.equals(readFileSync(join(folder, path)))).toBe(true);
    }
    expect(hub.files.get('README.md')?.toString()).toContain('# toy-int8');
    expect([...hub.files.keys()].filter((path) => path.includes('fp16'))).toEqual([]);
    expect(hub.seen.filter((request) => request.includes('/commit/'))).toHaveLength(1);
  });

  test('publishes nothing that is not proven', async () => {
    const folder = join(temporaryFolder(), 'model');
    cpSync(inject('variants'), folder, { recursive: true });
    const run = (...more: string[]) => octavec(['publish', folder, ...facts, '--dry-run', '--json', ...more]);
    expect(errorOf(await run('--variant', 'q4')).message).toContain('has no proven variant q4');
    const path = join(folder, 'onnx/model_int8.evidence.json');
    const evidence = readFileSync(path, 'utf8');
    const failure = { metric: 'cosineP1', figure: 0.5, limit: 0.9, message: 'too low' };
    const refused = {
      ...JSON.parse(evidence),
      verdict: { gate: 'int8', passed: false, failures: [failure], notMeasured: [] },
    };
    writeFileSync(path, JSON.stringify(refused));
    expect((await run()).status).toBe(3);
    writeFileSync(path, evidence);
    appendFileSync(join(folder, 'onnx/model_int8.onnx'), 'x');
    expect(errorOf(await run()).message).toContain('it is another file than');
  });

  test.each<[string, string[], NodeJS.ProcessEnv, string, RegExp]>([
    ['no token', facts, {}, 'HUB_DENIED', /needs a token that may write/],
    ['a token that may not write', facts, { HF_TOKEN: 'hf_other' }, 'HUB_DENIED', /does not let this token write/],
    ['what is no token', facts, { HF_TOKEN: 'secret' }, 'HUB_UNREACHABLE', /must start with 'hf_'/],
    ['offline', facts, { HF_TOKEN: 'hf_secret', HF_HUB_OFFLINE: '1' }, 'HUB_OFFLINE', /the upload to me\/toy-int8/],
    ['no licence', facts.slice(0, 4), {}, 'USAGE', /licence of the original is not known.*Give --licence/],
    ['no source', facts.slice(0, 2), {}, 'USAGE', /base of the original is not known/],
    ['no name', ['--as', 'toy', ...facts.slice(2)], {}, 'USAGE', /Give owner\/name/],
  ])('%s is told', async (_, args, more, code, message) => {
    const hub = await uploadServer('hf_secret');
    const env = {
      HF_ENDPOINT: hub.endpoint,
      HF_HOME: '/nowhere',
      HF_HUB_OFFLINE: undefined,
      HF_TOKEN: undefined,
      ...more,
    };
    const outcome = await octavec(['publish', inject('variants'), ...args, '--variant', 'int8', '--json'], { env });
    expect(errorOf(outcome)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(hub.files.size).toBe(0);
  });
});
