import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameTemplate } from '../model/index.js';
import { listModels } from './list-models.js';
import { resolveModel } from './resolve-model.js';
import { asTemplateName, templateName } from './template-name.js';

const names = 'AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx';
const template = nameTemplate(names);

let root: string;
let folders: string[];
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-names-'));
  folders = [root];
  for (const name of ['bge-small-v1.5', 'gte', 'copy/gte']) {
    mkdirSync(join(root, name, 'onnx'), { recursive: true });
    writeFileSync(join(root, name, 'config.json'), '{"hidden_size": 384}');
    writeFileSync(join(root, name, 'onnx/model.onnx'), 'x');
  }
  writeFileSync(join(root, 'bge-small-v1.5/onnx/model_int8.onnx'), 'x');
  writeFileSync(join(root, 'gte/onnx/AVA-ONX-384-gte-q4.onnx'), 'x');
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['/models/gte', 'fp32', 'model.onnx', 'AVA-ONX-384-gte.onnx'],
  ['/models/bge-small-v1.5', 'int8', 'model_int8.onnx', 'AVA-ONX-384-bge-small-v1.5-int8.onnx'],
  ['/models/gte', 'q4', 'AVA-ONX-384-other-q4.onnx', 'AVA-ONX-384-other-q4.onnx'],
  ['/models/gte-int8', 'fp32', 'model.onnx', undefined],
])('of %s in %s, %s, the name is %s', (id, precision, file, name) => {
  const path = join(id, 'onnx', file);
  expect(templateName({ id, source: 'folder', dimensions: 384 }, { path, precision }, template)).toBe(name);
});

test('of a model of the hub it has no owner; without dimensions there is none', () => {
  const variant = { path: '/cache/onnx/model_int8.onnx', precision: 'int8' };
  const name = (dimensions?: number) =>
    templateName({ id: 'BAAI/bge-m3', source: 'hub', dimensions }, variant, template);
  expect(name(1024)).toBe('AVA-ONX-1024-bge-m3-int8.onnx');
  expect(name()).toBeUndefined();
});

test('names are given with the ending or without it', () => {
  expect(asTemplateName('AVA-ONX-384-gte-q4', template)).toBe('AVA-ONX-384-gte-q4.onnx');
  expect(asTemplateName('AVA-ONX-384-gte-q4.onnx', template)).toBe('AVA-ONX-384-gte-q4.onnx');
  expect(asTemplateName('BAAI/bge-m3', template)).toBeUndefined();
});

describe('a model by its name', () => {
  const find = async (name: string) => (await resolveModel(name, { folders, names })).original;

  test('is found among those of the folders', async () => {
    expect(await find('AVA-ONX-384-bge-small-v1.5-int8')).toBe(join(root, 'bge-small-v1.5/onnx/model_int8.onnx'));
    expect(await find('AVA-ONX-384-bge-small-v1.5.onnx')).toBe(join(root, 'bge-small-v1.5/onnx/model.onnx'));
    expect(await find('AVA-ONX-384-gte-q4')).toBe(join(root, 'gte/onnx/AVA-ONX-384-gte-q4.onnx'));
  });

  test('is listed beside its file', async () => {
    const listed = await listModels([join(root, 'gte')], { template });
    expect(listed[0].variants.map(({ name }) => name)).toEqual(['AVA-ONX-384-gte-q4.onnx', 'AVA-ONX-384-gte.onnx']);
  });

  test('that nothing has is told with those there are, the nearest first', async () => {
    await expect(find('AVA-ONX-384-bge-smal-v1.5-int8')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/there are: AVA-ONX-384-bge-small-v1\.5-int8\.onnx, .*AVA-ONX-384-gte\.onnx/),
    });
    const none = resolveModel('AVA-ONX-384-gte', { folders: [], names });
    await expect(none).rejects.toThrow(/models\.folders in octavec\.toml/);
  });

  test('that two files have is told with both, unless one is called so', async () => {
    cpSync(join(root, 'gte'), join(root, 'copy/gte'), { recursive: true });
    const both = resolveModel('AVA-ONX-384-gte', { folders: [root, join(root, 'copy')], names });
    await expect(both).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/is the name of 2 files: .*copy\/gte/),
    });
    writeFileSync(join(root, 'gte/onnx/model_q4.onnx'), 'x');
    expect(await find('AVA-ONX-384-gte-q4')).toBe(join(root, 'gte/onnx/AVA-ONX-384-gte-q4.onnx'));
  });
});
