import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { nameTemplate } from '../model/index.js';
import { placeOf } from './place.js';
import { planPush } from './plan-push.js';

let root: string;
let folder: string;
let bytes: Buffer;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-plan-push-'));
  folder = join(root, 'tiny-v2');
  bytes = readFileSync(makeTinyFolder(folder, 'bert'));
  mkdirSync(join(root, 'staging'));
});
afterEach(() => rmSync(root, { recursive: true }));

const template = nameTemplate('AVA-{dimensions}-{family}[-v{version}][-{precision}].onnx');
const plan = (original = folder, variant?: string) =>
  planPush(
    { name: original, source: 'path', original, notes: [] },
    { place: placeOf({ to: '/data/models' }), staging: join(root, 'staging'), template, variant },
  );
const add = (name: string) => writeFileSync(join(folder, 'onnx', name), bytes);

describe('what goes to a device', () => {
  test('is the only file there is, with tokenizer and description, the model last', async () => {
    const { files, model, notes } = await plan();
    expect(files.map(({ name }) => name)).toEqual([
      'AVA-64-tiny-v2.tokenizer.json',
      'AVA-64-tiny-v2.json',
      'AVA-64-tiny-v2.onnx',
    ]);
    expect(model).toMatchObject({
      ...{ id: 'AVA-64-tiny-v2', path: '/data/models/AVA-64-tiny-v2.onnx', isQuantized: false, version: '2' },
      ...{ quantizationType: null, dimensions: 64, pooling: 'mean', normalize: true },
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(JSON.parse(readFileSync(files[1].source, 'utf8'))).toEqual(model);
    expect(notes).toEqual([expect.stringContaining('is not proven')]);
  });

  test('is the variant that is named, whether its file follows the custom or the template', async () => {
    add('model_int8.onnx');
    const { model, files } = await plan(folder, 'int8');
    expect(model).toMatchObject({ id: 'AVA-64-tiny-v2-int8', isQuantized: true, quantizationType: 'int8' });
    expect(files.at(-1)?.source).toBe(join(folder, 'onnx/model_int8.onnx'));
    add('AVA-64-tiny-v2-int8.onnx');
    const own = join(folder, 'onnx/AVA-64-tiny-v2-int8.onnx');
    expect((await plan(folder, 'int8')).files.at(-1)?.source).toBe(own);
    expect((await plan(own)).model.id).toBe('AVA-64-tiny-v2-int8');
  });

  test('has to be named where several are there and none is proven', async () => {
    add('model_int8.onnx');
    await expect(plan()).rejects.toThrow(/not said which variant .*There are: fp32, int8/);
    await expect(plan(folder, 'q4')).rejects.toThrow(/has no variant q4/);
  });
});
