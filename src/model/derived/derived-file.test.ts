import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { derivedPlace } from './derived-file.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-derived-'));
const cache = join(root, 'cache');
const packed = { kind: 'packed', version: 3, extension: '.bin' };
const model = join(root, 'model.onnx');
writeFileSync(model, 'weights');

const targetOf = async (path: string, derivation: Parameters<typeof derivedPlace>[2] = packed) =>
  (await derivedPlace(cache, path, derivation)).target;

test('a place depends on the file, its state, and how it is derived', async () => {
  const target = await targetOf(model);
  expect(target.startsWith(join(cache, 'packed'))).toBe(true);
  expect(target.endsWith('.bin')).toBe(true);
  expect(await targetOf(model)).toBe(target);
  const others = await Promise.all([
    targetOf(model, { ...packed, version: 4 }),
    targetOf(model, { ...packed, kind: 'mapped' }),
    targetOf(model, { ...packed, way: 'avx2' }),
    targetOf(model, { ...packed, way: 'avx512' }),
  ]);
  expect(new Set([target, ...others]).size).toBe(5);
});

test('a link is the file that it leads to', async () => {
  const link = join(root, 'link.onnx');
  symlinkSync(model, link);
  expect(await targetOf(link)).toBe(await targetOf(model));
});

test('what was made of an older state is removed when it is a day old, the present one never', async () => {
  const changing = join(root, 'changing.onnx');
  writeFileSync(changing, 'one');
  const old = await targetOf(changing);
  mkdirSync(dirname(old), { recursive: true });
  writeFileSync(old, '');
  writeFileSync(changing, 'another');
  const place = await derivedPlace(cache, changing, packed);
  expect(dirname(place.target)).toBe(dirname(old));
  writeFileSync(place.target, '');
  await place.removeOld();
  expect(existsSync(old)).toBe(true);
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  utimesSync(old, twoDaysAgo, twoDaysAgo);
  utimesSync(place.target, twoDaysAgo, twoDaysAgo);
  await place.removeOld();
  expect(existsSync(old)).toBe(false);
  expect(readdirSync(dirname(old)).filter((name) => name.endsWith('.bin'))).toHaveLength(1);
});

test('a model that is not there has no place', async () => {
  await expect(targetOf(join(root, 'missing.onnx'))).rejects.toMatchObject({ code: 'ENOENT' });
});
