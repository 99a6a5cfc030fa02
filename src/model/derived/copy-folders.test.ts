import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noteUse, removeUnusedCopies } from './copy-folders.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-copies-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('keeps copies of models that are there and in use', async () => {
  const root = join(folder, 'mapped');
  const model = join(folder, 'model.onnx');
  writeFileSync(model, '');
  const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  for (const [name, source] of Object.entries({ used: model, gone: join(folder, 'gone.onnx'), unused: model })) {
    await noteUse(join(root, name), source);
    writeFileSync(join(root, name, '1-2-3.onnx'), '');
  }
  utimesSync(join(root, 'unused/source'), longAgo, longAgo);
  // Without a note: being made, or of an earlier version.
  mkdirSync(join(root, 'new'));
  mkdirSync(join(root, 'old'));
  utimesSync(join(root, 'old'), longAgo, longAgo);
  await removeUnusedCopies(root);
  expect(readdirSync(root).sort()).toEqual(['new', 'used']);
  expect(readdirSync(join(root, 'used')).sort()).toEqual(['1-2-3.onnx', 'source']);
  expect(readFileSync(join(root, 'used/source'), 'utf8')).toBe(model);
});

test('a use counts', async () => {
  const root = join(folder, 'again');
  const model = join(folder, 'model.onnx');
  await noteUse(join(root, 'a'), model);
  const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  utimesSync(join(root, 'a/source'), longAgo, longAgo);
  await noteUse(join(root, 'a'), model);
  await removeUnusedCopies(root);
  expect(readdirSync(root)).toEqual(['a']);
});
