import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MeasurementFile } from './measurement-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-measurements-'));
  path = join(folder, 'model_auto.sensitivity.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const look = { subject: 'role ffn-down', precision: 'int8', texts: 128 } as const;

test('what was measured is there after an interrupt', async () => {
  const file = await MeasurementFile.open(path, 'source', 'conditions');
  expect(file.distance(look)).toBeUndefined();
  await file.add({ ...look, distance: 0.007 });
  const again = await MeasurementFile.open(path, 'source', 'conditions');
  expect(again.distance(look)).toBe(0.007);
  expect(again.distance({ ...look, precision: 'q4' })).toBeUndefined();
  expect(again.distance({ ...look, texts: 64 })).toBeUndefined();
});

test.each([
  ['another source', 'other', 'conditions'],
  ['other conditions', 'source', 'other'],
])('%s: nothing is used', async (_, source, conditions) => {
  await (await MeasurementFile.open(path, 'source', 'conditions')).add({ ...look, distance: 0.007 });
  expect((await MeasurementFile.open(path, source, conditions)).distance(look)).toBeUndefined();
});

test('another version of octavec, and a damaged file: nothing is used', async () => {
  await (await MeasurementFile.open(path, 'source', 'conditions')).add({ ...look, distance: 0.007 });
  const kept = readFileSync(path, 'utf8');
  for (const content of [kept.replace(/octavec [\d.]+/, 'octavec 0.0.0'), kept.slice(0, 40), '[]']) {
    writeFileSync(path, content);
    expect((await MeasurementFile.open(path, 'source', 'conditions')).distance(look)).toBeUndefined();
  }
});
