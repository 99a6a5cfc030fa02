import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hubServer } from '../support/hub-server.js';
import { letterTokenizer } from '../support/tiny-folder.js';
import { errorOf, filesIn, octavec, temporaryFolder } from './octavec.js';

const tiny = fileURLToPath(new URL('../fixtures/tiny/bert', import.meta.url));
const files = {
  'config.json': readFileSync(join(tiny, 'config.json')),
  'model.safetensors': readFileSync(join(tiny, 'model.safetensors')),
  'tokenizer.json': letterTokenizer(),
};

describe('octavec convert', () => {
  test('converts a model by its name, and other commands do so by themselves, once', async () => {
    const hub = await hubServer({ kind: 'model', id: 'toys/bert', files, large: ['model.safetensors'] });
    const home = temporaryFolder();
    const env = {
      HF_HOME: home,
      HF_ENDPOINT: hub.endpoint,
      OCTAVEC_CACHE: join(home, 'octavec'),
      HF_HUB_OFFLINE: undefined,
    };
    const run = (...args: string[]) => octavec(args, { env, cwd: home });

    const converted = await run('convert', 'toys/bert', 'mine', '--json');
    expect(converted.status).toBe(0);
    const { onnxPath, architecture, proof } = JSON.parse(converted.stdout);
    expect({ onnxPath, architecture }).toEqual({ onnxPath: join(home, 'mine/onnx/model.onnx'), architecture: 'BERT' });
    expect(proof.cosine).toBeGreaterThan(0.999999);
    expect(filesIn(join(home, 'mine'))).toContain('tokenizer.json');

    const before = filesIn(join(home, 'hub'));
    const first = await run('embed', 'toys/bert', '--pooling', 'mean', 'hello');
    expect(first.stderr).toContain('was converted from its weights');
    const second = await run('embed', 'toys/bert', '--pooling', 'mean', 'hello');
    expect(second.stderr).not.toContain('was converted');
    expect(second.stdout).toBe(first.stdout);
    expect((await run('embed', 'mine', '--pooling', 'mean', 'hello')).stdout).toBe(first.stdout);
    expect(filesIn(join(home, 'hub'))).toEqual(before);
  });

  test('says that a file is no folder, and leaves nothing behind', async () => {
    const home = temporaryFolder();
    const outcome = await octavec(['convert', join(tiny, 'model.safetensors'), join(home, 'x.onnx'), '--json']);
    expect(outcome.status).toBe(1);
    expect(errorOf(outcome)).toMatchObject({
      code: 'OTHER_FORMAT',
      message: expect.stringContaining("model's folder"),
    });
    expect(existsSync(join(home, 'x.onnx'))).toBe(false);
    expect(readdirSync(home)).toEqual([]);
  });
});
