import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { listModels } from './list-models.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-list-'));
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function model(name: string, card = ''): string {
  const path = join(folder, 'models', name);
  makeTinyFolder(path, 'bert');
  writeFileSync(join(path, 'README.md'), card);
  return path;
}

test('models of a folder, with their variants and what was proven of them', async () => {
  const path = model('first', '---\nlicense: mit\nlanguage:\n- en\n- de\n---\n# A model\n');
  writeFileSync(join(path, 'onnx/model_int8.onnx'), 'not looked into');
  const evidence = { file: { sha256: 'abc' }, verdict: { passed: false } };
  writeFileSync(join(path, 'onnx/model_int8.evidence.json'), JSON.stringify(evidence));
  writeFileSync(join(path, 'onnx/model.evidence.json'), '{ broken');
  const [listed] = await listModels([join(folder, 'models')]);
  expect(listed).toMatchObject({ id: path, source: 'folder', licence: 'mit', languages: ['en', 'de'], dimensions: 64 });
  const variants = Object.fromEntries(listed.variants.map((variant) => [variant.precision, variant]));
  expect(variants.int8).toMatchObject({
    isQuantized: true,
    quantizationType: 'int8',
    verdict: 'refused',
    sha256: 'abc',
  });
  expect(variants.fp32).toMatchObject({ isQuantized: false, quantizationType: null });
  expect(variants.fp32.verdict).toBeUndefined();
  expect(listed.bytes).toBe(variants.int8.bytes + variants.fp32.bytes);
});

test.each([
  ['language: en', ['en']],
  ['language: [en, zh-CN]', ['en', 'zh-CN']],
  ['tags: [x]', undefined],
])('languages of a card with "%s"', async (line, languages) => {
  const path = model('carded', `---\n${line}\n---\n`);
  expect((await listModels([path]))[0].languages).toEqual(languages);
});

test('a model that is named itself is one', async () => {
  const path = model('named');
  expect((await listModels([path])).map(({ id }) => id)).toEqual([path]);
});

test('folders that hold no model are passed over', async () => {
  expect(await listModels([join(folder, 'none')])).toEqual([]);
});
