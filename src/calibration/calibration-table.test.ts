import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorData } from '../files/index.js';
import { makeNode, type OnnxModel } from '../onnx/index.js';
import { emptyMemory } from './calibration-memory.js';
import { readCalibrationTable, writeCalibrationTable } from './calibration-table.js';
import type { CalibrationTexts } from './observe.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

const modelOf = (operator: string): OnnxModel =>
  smallModel({ inputs: { x: 'float[n,2]' }, outputs: { y: 'float' }, nodes: [makeNode(operator, ['x'], ['y'])] });
const calibrated = { source: 'a'.repeat(64), model: modelOf('Relu') };

function texts(): CalibrationTexts {
  const memory = emptyMemory();
  memory.statistics.set('x/with a slash', {
    channels: 2,
    least: Float32Array.of(-1, 0),
    greatest: Float32Array.of(3, 4),
    minima: Float32Array.of(-1, 1, 0, 0),
    maxima: Float32Array.of(3, 3, 2, 4),
    mean: Float64Array.of(0.25, 1 / 3),
    meanSquare: Float64Array.of(1, 2),
  });
  memory.histograms.set('x', { low: -1, high: 3, counts: Float64Array.of(1, 0, 7) });
  memory.means.set('x', { scale: 0.125, zeroPoint: 7, mean: Float64Array.of(0.5, -0.5) });
  const tokens = { ids: Int32Array.of(101, 7, 102, 101, 102), offsets: Int32Array.of(0, 3, 5) };
  return { tokens, hash: 'of the texts', memory };
}

const path = join(folder, 'table.safetensors');

test('a table gives back texts and all that was seen', async () => {
  const written = texts();
  await writeCalibrationTable(path, calibrated, written);
  expect(await readCalibrationTable(path, calibrated, written.hash)).toEqual(written);
  expect((await readCalibrationTable(path, calibrated))?.hash).toBe(written.hash);
});

test('there may be no table yet', async () => {
  expect(await readCalibrationTable(join(folder, 'none'), calibrated)).toBeUndefined();
});

describe('a table is refused', () => {
  test.each([
    ['another model', { ...calibrated, source: 'b'.repeat(64) }, undefined, 'made with another model'],
    ['another graph', { ...calibrated, model: modelOf('Neg') }, undefined, 'another form of the graph'],
    ['other texts', calibrated, 'of other texts', 'made with other texts'],
  ])('for %s', async (_, asked, hash, why) => {
    await writeCalibrationTable(path, calibrated, texts());
    await expect(readCalibrationTable(path, asked, hash)).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      details: { path, why: expect.stringContaining(why) },
    });
  });

  /** The table with some of its tensors changed. */
  async function damaged(change: Readonly<Record<string, SafetensorData>>, metadata: Record<string, string> = {}) {
    await writeCalibrationTable(path, calibrated, texts());
    const table = decodeSafetensors(readFileSync(path), path);
    const tensors = new Map([...table.tensors, ...Object.entries(change)]);
    writeFileSync(path, encodeSafetensors({ tensors, metadata: { ...table.metadata, ...metadata } }));
    return readCalibrationTable(path, calibrated);
  }

  test.each<[string, string, SafetensorData]>([
    ['texts that end before they begin', 'tokens/offsets', Int32Array.of(0, 3, 3, 5)],
    ['texts beyond the ids', 'tokens/offsets', Int32Array.of(0, 3, 6)],
    ['ids of another type', 'tokens/ids', Float32Array.of(1, 2, 3, 4, 5)],
    ['half a row of minima', 'statistics/x/with a slash/minima', Float32Array.of(1, 2, 3)],
    ['fewer maxima than minima', 'statistics/x/with a slash/maxima', Float32Array.of(1, 2)],
    ['a range of one number', 'histogram/x/range', Float64Array.of(1)],
  ])('for %s', async (_, name, data) => {
    await expect(damaged({ [name]: data })).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      details: { why: `it is damaged (${name})` },
    });
  });

  test('that another version has made', async () => {
    await expect(damaged({}, { tool: 'octavec 0.0.1' })).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      details: { why: expect.stringContaining('this version of octavec') },
    });
  });
});
