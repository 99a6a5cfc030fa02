import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolvePaths } from './resolve-paths.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-paths-'));
  writeFileSync(join(folder, 'pairs.jsonl'), '');
  mkdirSync(join(folder, 'own', 'model'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const here = (path: string) => join(folder, path);

test('relative paths count from the folder, absolute ones stay, "~" is the home of the user', async () => {
  const { texts, calibration, cache } = await resolvePaths(
    { texts: 'a/b.txt', calibration: '/c.txt', cache: '~/d' },
    folder,
  );
  expect([texts, calibration, cache]).toEqual([here('a/b.txt'), '/c.txt', join(homedir(), 'd')]);
});

test('only "~/" is the home: a file may be called "~x"', async () => {
  const { texts, cache } = await resolvePaths({ texts: '~x/a', cache: 'a/~/b' }, folder);
  expect([texts, cache]).toEqual([here('~x/a'), here('a/~/b')]);
});

test('nothing is added to a configuration that names no path', async () => {
  expect(await resolvePaths({}, folder)).toEqual({});
  const plain = { threads: 2, hub: { offline: true }, embedding: { pooling: 'mean' as const } };
  expect(await resolvePaths(plain, folder)).toEqual(plain);
});

test('tasks are paths where the file is there, and names else', async () => {
  const tasks = ['pairs.jsonl', 'sts:pairs.jsonl', 'sts', 'sts:missing.jsonl', 'retrieval:~/docs', 'sts:'];
  expect((await resolvePaths({ tasks }, folder)).tasks).toEqual([
    here('pairs.jsonl'),
    `sts:${here('pairs.jsonl')}`,
    'sts',
    'sts:missing.jsonl',
    `retrieval:${join(homedir(), 'docs')}`,
    'sts:',
  ]);
});

test('a task that goes over lines is no path, and no error either', async () => {
  expect((await resolvePaths({ tasks: ['a\nb', '\n'] }, folder)).tasks).toEqual(['a\nb', '\n']);
});

test('models are paths where they are there or cannot be names', async () => {
  const names = ['own/model', 'owner/name', './missing', '../x', '~/m', 'minilm'];
  const aliases = Object.fromEntries(names.map((name, i) => [`a${i}`, name]));
  const { models } = await resolvePaths(
    { models: { aliases, folders: ['own', '~/m'], names: '{family}.onnx' } },
    folder,
  );
  expect(Object.values(models?.aliases ?? {})).toEqual([
    here('own/model'),
    'owner/name',
    here('missing'),
    join(folder, '..', 'x'),
    join(homedir(), 'm'),
    'minilm',
  ]);
  expect(models?.folders).toEqual([here('own'), join(homedir(), 'm')]);
  expect(models?.names).toBe('{family}.onnx');
});

test('files that an embedder is made of are always paths, its model may be a name', async () => {
  const { embedding } = await resolvePaths(
    { embedding: { model: 'owner/name', quantized_model_path: 'q.onnx', tokenizer_path: '/t.json', batch_size: 4 } },
    folder,
  );
  expect(embedding).toEqual({
    model: 'owner/name',
    quantized_model_path: here('q.onnx'),
    tokenizer_path: '/t.json',
    batch_size: 4,
  });
});

test('indexes of a server keep their names and schemes; addresses stay as they are', async () => {
  const index = [
    'docs.index',
    'guide=docs.index',
    'lancedb:docs.lance',
    'g=lancedb:docs.lance',
    'pg=postgres://h/db',
    's3://b/p',
  ];
  const { server } = await resolvePaths({ server: { index, tlsKey: 'key.pem', host: '0.0.0.0' } }, folder);
  expect(server?.index).toEqual([
    here('docs.index'),
    `guide=${here('docs.index')}`,
    `lancedb:${here('docs.lance')}`,
    `g=lancedb:${here('docs.lance')}`,
    'pg=postgres://h/db',
    's3://b/p',
  ]);
  expect(server).toMatchObject({ tlsKey: here('key.pem'), host: '0.0.0.0' });
});
