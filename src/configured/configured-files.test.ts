import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfiguredFiles, placeOfKey } from './configured-files.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-configured-'));
  writeFileSync(join(folder, 'model.onnx'), '');
  mkdirSync(join(folder, 'tokenizer'));
  chmodSync(join(folder, 'model.onnx'), 0o644);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('files that a configuration names for embedding', () => {
  test('none named, or all of them there', async () => {
    await checkConfiguredFiles([]);
    await checkConfiguredFiles([{ values: {} }]);
    const embedding = { quantized_model_path: join(folder, 'model.onnx'), tokenizer_path: join(folder, 'tokenizer') };
    await expect(checkConfiguredFiles([{ values: { embedding } }])).resolves.toBeUndefined();
  });

  test('all that cannot be read are named at once, each with the line that sets it', async () => {
    const text = '[embedding]\nquantized_model_path = "a"\ntokenizer_config_path = "b"\n';
    const embedding = {
      quantized_model_path: join(folder, 'missing.onnx'),
      tokenizer_config_path: join(folder, 'tokenizer'),
      tokenizer_path: join(folder, 'model.onnx', 'inside'),
    };
    await expect(checkConfiguredFiles([{ file: 'octavec.toml', text, values: { embedding } }])).rejects.toMatchObject({
      code: 'CONFIGURED_FILE',
      details: {
        files: [
          { key: 'embedding.quantized_model_path', why: 'no such file', place: 'octavec.toml, line 2' },
          { key: 'embedding.tokenizer_path', why: 'no such file', place: 'octavec.toml, line 1' },
          { key: 'embedding.tokenizer_config_path', why: 'it is a folder', place: 'octavec.toml, line 3' },
        ],
      },
    });
  });

  test('those that other commands read are looked at where all are asked for', async () => {
    const values = { texts: join(folder, 'none.txt'), server: { tlsCert: join(folder, 'tokenizer') } };
    await expect(checkConfiguredFiles([{ values }])).resolves.toBeUndefined();
    await expect(checkConfiguredFiles([{ values }], 'everything')).rejects.toMatchObject({
      details: {
        files: [
          { key: 'texts', why: 'no such file' },
          { key: 'server.tlsCert', why: 'it is a folder' },
        ],
      },
    });
  });

  test('a missing file of a weaker source does not count where a stronger one names another', async () => {
    const weak = { file: 'user.toml', values: { embedding: { quantized_model_path: join(folder, 'missing.onnx') } } };
    const strong = { file: 'own.toml', values: { embedding: { quantized_model_path: join(folder, 'model.onnx') } } };
    await expect(checkConfiguredFiles([weak, strong])).resolves.toBeUndefined();
    await expect(checkConfiguredFiles([strong, weak])).rejects.toThrow('user.toml');
  });
});

describe('the place of a key', () => {
  const user = { file: 'user.toml', text: '[hub]\noffline = true\n', values: { hub: { offline: true } } };
  const own = { file: 'own.toml', text: 'threads = 2\n', values: { threads: 2 } };
  const environment = { values: { threads: 3 } };

  test.each([
    ['hub.offline', [user, own], 'user.toml, line 2'],
    ['threads', [user, own], 'own.toml, line 1'],
    ['threads', [user, own, environment], 'the environment'],
    ['threads', [environment, own], 'own.toml, line 1'],
    ['embedding.model', [user, own, environment], 'the configuration'],
    ['hub.cache.deeper', [user], 'the configuration'],
    ['threads', [], 'the configuration'],
  ])('%s', (key, layers, place) => {
    expect(placeOfKey(layers, key)).toBe(place);
  });

  test('a file whose text is not known is named without a line', () => {
    expect(placeOfKey([{ file: 'x.toml', values: { threads: 1 } }], 'threads')).toBe('x.toml');
  });
});
