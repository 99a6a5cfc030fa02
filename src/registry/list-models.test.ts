import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { cardOf, listModels } from './list-models.js';

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

/** A folder with a file that is not looked into. */
function shell(name: string): string {
  const path = join(folder, 'models', name);
  mkdirSync(join(path, 'onnx'), { recursive: true });
  writeFileSync(join(path, 'onnx/model.onnx'), 'x');
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

test('a model that is named itself is one', async () => {
  const path = model('named');
  expect((await listModels([path])).map(({ id }) => id)).toEqual([path]);
});

test('folders that hold no model are passed over', async () => {
  expect(await listModels([join(folder, 'none')])).toEqual([]);
});

test.each([true, false])('the verdict is what the evidence says: %s', async (passed) => {
  const path = shell('judged');
  writeFileSync(join(path, 'onnx/model.evidence.json'), JSON.stringify({ verdict: { passed } }));
  expect((await listModels([path]))[0].variants[0].verdict).toBe(passed ? 'passed' : 'refused');
});

test.each(['{"verdict":{"passed":"false"}}', '{"verdict":{}}', '{}', 'null', '[]', '{"file":{"sha256":7}}'])(
  'evidence of another form proves nothing: %s',
  async (evidence) => {
    const path = shell('unproven');
    writeFileSync(join(path, 'onnx/model.evidence.json'), evidence);
    const [{ verdict, sha256 }] = (await listModels([path]))[0].variants;
    expect({ verdict, sha256 }).toEqual({ verdict: undefined, sha256: undefined });
  },
);

test('bytes count weights that lie beside the file, and weights that are not converted', async () => {
  const path = join(folder, 'external');
  mkdirSync(path);
  writeFileSync(join(path, 'model.onnx'), 'x'.repeat(10));
  writeFileSync(join(path, 'model.onnx_data'), 'x'.repeat(100));
  writeFileSync(join(path, 'model.safetensors'), 'x'.repeat(1000));
  const [listed] = await listModels([path]);
  expect(listed.variants.map(({ bytes }) => bytes)).toEqual([110]);
  expect(listed.bytes).toBe(1110);
});

test.each([
  [['model.safetensors'], true],
  [['pytorch_model.bin'], true],
  [['model.safetensors.index.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'], true],
  [['pytorch_model.bin.index.json', 'pytorch_model-00001-of-00001.bin'], true],
  [['config.json', 'training_args.bin', 'tokenizer.json'], false],
])('a folder of %j is a model: %s', async (names, isModel) => {
  const path = mkdtempSync(join(folder, 'weights-'));
  for (const name of names) {
    writeFileSync(join(path, name), 'x');
  }
  const listed = await listModels([path]);
  expect(listed.map(({ id, variants }) => [id, variants])).toEqual(isModel ? [[path, []]] : []);
});

test('a model that is linked into a folder is in it; a dead link and a file are not', async () => {
  const links = mkdtempSync(join(folder, 'links-'));
  symlinkSync(shell('linked'), join(links, 'a'));
  symlinkSync(join(folder, 'nowhere'), join(links, 'dead'));
  writeFileSync(join(links, 'model.onnx.txt'), '');
  expect((await listModels([links])).map(({ id }) => id)).toEqual([join(links, 'a')]);
});

test('a model that two of the folders lead to is listed once', async () => {
  const path = shell('once');
  const above = join(path, '..');
  const listed = await listModels([path, above, `${above}/`]);
  expect(listed.filter(({ id }) => id.endsWith('once')).map(({ id }) => id)).toEqual([path]);
});

describe('a model card', () => {
  const read = (header: string) => {
    writeFileSync(join(folder, 'README.md'), header);
    return cardOf(folder);
  };

  test.each([
    ['language: en', ['en']],
    ['language: [en, zh-CN]', ['en', 'zh-CN']],
    ['language: ["en", \'no\']', ['en', 'no']],
    ['language:\n- en\n- "no"', ['en', 'no']],
    ['language:\n  - en # English\n  - de', ['en', 'de']],
    ['language:\r\n- en\r\n- de\r\nlicense: mit', ['en', 'de']],
    ['language: [en,\n  de]', ['en', 'de']],
    ['language: multilingual', ['multilingual']],
    ['language:\nlicense: mit', undefined],
    ['tags: [x]', undefined],
    ['sub:\n  language: en', undefined],
  ])('%j has the languages %j', async (header, languages) => {
    expect((await read(`---\n${header}\n---\n`)).languages).toEqual(languages);
  });

  test.each([
    ['license: mit', 'mit'],
    ['license: "apache-2.0"', 'apache-2.0'],
    ["license: 'apache-2.0'  # as the original", 'apache-2.0'],
    ['license:\n- mit', 'mit'],
    ['license:\nlanguage: en', undefined],
    ['license: ', undefined],
    ['license_name: own', undefined],
  ])('%j has the licence %s', async (header, licence) => {
    expect((await read(`---\n${header}\n---\n`)).licence).toBe(licence);
  });

  test('without a header, or whose header does not end, says neither', async () => {
    expect(await read('license: mit\n')).toEqual({});
    expect(await read('---\nlicense: mit\n')).toEqual({});
    expect(await read('# A model\n---\nlicense: mit\n---\n')).toEqual({});
    expect(await cardOf(join(folder, 'none'))).toEqual({});
  });

  test('may begin with a byte order mark', async () => {
    expect(await read('\uFEFF---\nlicense: mit\n---\n')).toEqual({ licence: 'mit' });
  });
});
