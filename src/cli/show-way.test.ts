import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelInPlaceOfCommand, wayOf } from './show-way.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-way-'));
  writeFileSync(join(folder, 'my model.onnx'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a word in place of a command', () => {
  test.each([['owner/name'], ['./x'], ['x.onnx'], ['~/m'], ['C:\\m'], ['.']])('%s is a model', async (word) => {
    expect(await modelInPlaceOfCommand([word])).toBe(word);
  });

  test.each([[[]], [['quantise']], [['a/b', 'c']]])('%j is none', async (words) => {
    expect(await modelInPlaceOfCommand(words)).toBeUndefined();
  });
});

describe('the way from a model to vectors', () => {
  test('of a file names its variant, and quotes what a shell would take apart', async () => {
    const path = join(folder, 'my model.onnx');
    const way = await wayOf(path);
    const variant = join(folder, 'my model-INT8.onnx');
    expect(way).toContain(`octavec quantize '${path}' --to int8`);
    expect(way).toContain(`octavec verify '${variant}' --against '${path}'`);
    expect(way).toContain(`octavec serve '${variant}'`);
  });

  test('of a folder names the variant in it', async () => {
    const way = await wayOf(folder);
    expect(way).toContain(`octavec embed ${folder} --variant int8 "hello world"`);
    expect(way).not.toContain('--against');
  });

  test('has what each command does in one column', async () => {
    const lines = (await wayOf(folder)).split('\n').filter((line) => line.startsWith('  octavec'));
    const places = lines
      .map((line) => /\S( {3,})\S/.exec(line.trimStart()))
      .map((found) => (found?.index ?? 0) + (found?.[1].length ?? 0));
    expect(lines).toHaveLength(5);
    expect(new Set(places).size).toBe(1);
  });

  test('of a path that leads nowhere is an error', async () => {
    await expect(wayOf(join(folder, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
