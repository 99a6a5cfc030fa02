import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModules, transformerFolder } from './read-modules.js';

function folderWith(modules: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-modules-'));
  writeFileSync(join(folder, 'modules.json'), typeof modules === 'string' ? modules : JSON.stringify(modules));
  return folder;
}

const module = (type: string, path: string) => ({ idx: 0, name: '0', type, path });

describe('modules', () => {
  test('are named by the last part of their class, in all generations', async () => {
    const folder = folderWith([
      module('sentence_transformers.models.Transformer', ''),
      module('sentence_transformers.sentence_transformer.modules.pooling.Pooling', '1_Pooling'),
      module('custom_st.Transformer', './2_Custom/'),
    ]);
    expect(await readModules(folder)).toEqual([
      { kind: 'Transformer', type: 'sentence_transformers.models.Transformer', folder },
      {
        kind: 'Pooling',
        type: 'sentence_transformers.sentence_transformer.modules.pooling.Pooling',
        folder: join(folder, '1_Pooling'),
      },
      { kind: 'Transformer', type: 'custom_st.Transformer', folder: join(folder, '2_Custom/') },
    ]);
  });

  test('are not there without their file', async () => {
    expect(await readModules(mkdtempSync(join(tmpdir(), 'octavec-modules-')))).toBeUndefined();
  });

  test.each(['../secret', 'a/../../secret', '/etc', 'C:\\Windows', 'c:x', 'a\0b'])(
    'with the path %j, which leaves the folder, are refused',
    async (path) => {
      const opened = readModules(folderWith([module('x.Pooling', path)]));
      await expect(opened).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      await expect(opened).rejects.toThrow(/leaves the folder/);
    },
  );

  test('may lie below a folder whose name begins with dots, or that is left and entered again', async () => {
    const found = await readModules(folderWith([module('x.Pooling', 'a/../1_Pooling')]));
    expect(found?.[0].folder).toMatch(/1_Pooling$/);
  });

  test.each([
    ['no list', {}, /must be a list/],
    ['a module without a class', [{ path: '' }], /0\.type: must be a text/],
    ['more modules than any model has', Array.from({ length: 33 }, () => module('x.Dense', '')), /32 at most/],
    ['no JSON', '[', /JSON/],
  ])('that are %s are refused', async (_, modules, why) => {
    await expect(readModules(folderWith(modules))).rejects.toThrow(why);
  });
});

test('the encoder stands in the folder of its module, else in the folder itself', () => {
  const encoder = { kind: 'Transformer', type: 'x.Transformer', folder: '/m/0_Transformer' };
  expect(transformerFolder('/m', [{ ...encoder, kind: 'Pooling', folder: '/m/1' }, encoder])).toBe('/m/0_Transformer');
  expect(transformerFolder('/m', [])).toBe('/m');
  expect(transformerFolder('/m', undefined)).toBe('/m');
});
