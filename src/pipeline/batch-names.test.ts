import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nameTemplate } from '../model/index.js';
import { batchNames } from './batch-names.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-names-'));

/** A model folder whose files say so much. */
function model(name: string, files: Readonly<Record<string, unknown>>) {
  const path = join(root, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { path, name, isFolder: true };
}

test('names have what folder and name of a model say', async () => {
  const template = nameTemplate('AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx');
  const pooled = model('bge-small-v1.5', {
    'config.json': { hidden_size: 384 },
    '1_Pooling/config.json': { word_embedding_dimension: 128 },
  });
  const plain = model('gte', { 'config.json': { dim: 768 } });
  const names = await batchNames([pooled, plain], template);
  expect(names(pooled, 'int8')).toMatch(/^AVA-ONX-128-bge-small-v1\.5-int8\.onnx$/i);
  expect(names(plain, 'fp32')).toBe('AVA-ONX-768-gte.onnx');
});

test('what nothing says is an error that the variant gets, not a name', async () => {
  const template = nameTemplate('{dimensions}-{family}-{precision}.onnx');
  const silent = model('e5', { 'config.json': '{ broken' });
  const names = await batchNames([silent], template);
  expect(() => names(silent, 'int8')).toThrow(/dimensions/);
});
