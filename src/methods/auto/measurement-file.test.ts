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

test('another count of texts, precision or subject is another measurement; the last one of a kind counts', async () => {
  const path = join(folder, 'kinds.json');
  const file = await MeasurementFile.open(path, 'source', 'conditions');
  const wanted = { subject: 'role q', precision: 'int8', texts: 128 } as const;
  await file.add({ ...wanted, distance: 0.1 });
  await file.add({ ...wanted, distance: 0.2 });
  for (const one of [file, await MeasurementFile.open(path, 'source', 'conditions')]) {
    expect(one.distance(wanted)).toBe(0.2);
    expect(one.distance({ ...wanted, texts: 64 })).toBeUndefined();
    expect(one.distance({ ...wanted, precision: 'q8' })).toBeUndefined();
    expect(one.distance({ ...wanted, subject: 'role k' })).toBeUndefined();
  }
});

test('a file with a measurement that is none is not used at all', async () => {
  const path = join(folder, 'wrong.json');
  const file = await MeasurementFile.open(path, 'source', 'conditions');
  const wanted = { subject: 'role q', precision: 'int8', texts: 128 } as const;
  await file.add({ ...wanted, distance: 0.1 });
  const report = JSON.parse(readFileSync(path, 'utf8'));
  for (const measurement of [
    { ...wanted, distance: null },
    { ...wanted, texts: 0, distance: 1 },
    { ...wanted, precision: 'int2', distance: 1 },
  ]) {
    writeFileSync(path, JSON.stringify({ ...report, measurements: [...report.measurements, measurement] }));
    expect((await MeasurementFile.open(path, 'source', 'conditions')).distance(wanted)).toBeUndefined();
  }
  writeFileSync(path, JSON.stringify(report));
  expect((await MeasurementFile.open(path, 'source', 'conditions')).distance(wanted)).toBe(0.1);
});

test('a place that cannot be written is an error, and what was measured is known even so', async () => {
  writeFileSync(join(folder, 'file'), '');
  const file = await MeasurementFile.open(join(folder, 'file', 'x.json'), 'source', 'conditions');
  const wanted = { subject: 'role q', precision: 'int8', texts: 128 } as const;
  await expect(file.add({ ...wanted, distance: 0.1 })).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  expect(file.distance(wanted)).toBe(0.1);
});
