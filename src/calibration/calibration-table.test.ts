import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
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

test('pairs keep the types of their tokens', async () => {
  const pairs = { ...texts(), tokens: { ...texts().tokens, types: Int32Array.of(0, 0, 0, 0, 1) } };
  await writeCalibrationTable(path, calibrated, pairs);
  expect((await readCalibrationTable(path, calibrated))?.tokens).toEqual(pairs.tokens);
});

test('any names of activations come back, each with its own', async () => {
  const words = fc.constantFrom('mean', 'counts', 'x', '/', '\n', '"', '__proto__', 'statistics', 'ä', '');
  const names = fc.uniqueArray(
    fc.array(words, { maxLength: 4 }).map((parts) => parts.join('/')),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(names, async (all) => {
      const memory = emptyMemory();
      for (const [i, name] of all.entries()) {
        memory.means.set(name, { scale: i + 1, zeroPoint: i, mean: Float64Array.of(i) });
        memory.histograms.set(name, { low: -i, high: i, counts: Float64Array.of(i) });
      }
      await writeCalibrationTable(path, calibrated, { ...texts(), memory });
      expect((await readCalibrationTable(path, calibrated))?.memory).toEqual(memory);
    }),
    { numRuns: 25 },
  );
});

test('weights do not make another graph, other nodes do', async () => {
  const { proto } = calibrated.model;
  const graph = { ...proto.graph, initializer: [floats('w', [2], [1, 2])] };
  await writeCalibrationTable(path, calibrated, texts());
  const weighted = { ...calibrated, model: { ...calibrated.model, proto: { ...proto, graph } } };
  expect(await readCalibrationTable(path, weighted)).toBeDefined();
});

test('what cannot be read is told by its path', async () => {
  await expect(readCalibrationTable(folder, calibrated)).rejects.toMatchObject({
    code: 'FILE_NOT_READABLE',
    message: expect.stringContaining(folder),
  });
  writeFileSync(path, 'no table');
  await expect(readCalibrationTable(path, calibrated)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
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
    ['texts that begin behind the first id', 'tokens/offsets', Int32Array.of(1, 3, 5)],
    ['no ids', 'tokens/ids', Int32Array.of()],
    ['types of other tokens', 'tokens/types', Int32Array.of(0, 1)],
    ['a least for too few channels', 'statistics/x/with a slash/least', Float32Array.of(1)],
    ['squares for too many channels', 'statistics/x/with a slash/meanSquare', Float64Array.of(1, 2, 3)],
    ['a scale without its zero point', 'means/x/scale', Float64Array.of(1)],
    ['counts in single precision', 'histogram/x/counts', Float32Array.of(1)],
    ['a range of one number', 'histogram/x/range', Float64Array.of(1)],
  ])('for %s', async (_, name, data) => {
    await expect(damaged({ [name]: data })).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      details: { why: `it is damaged (${name})` },
    });
  });

  test('that is some other file of safetensors', async () => {
    writeFileSync(path, encodeSafetensors({ tensors: new Map([['w', Float32Array.of(1)]]), metadata: {} }));
    await expect(readCalibrationTable(path, calibrated)).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      details: { why: expect.stringContaining('no calibration table') },
    });
  });

  test('that another version has made', async () => {
    await expect(damaged({}, { tool: 'octavec 0.0.1' })).rejects.toMatchObject({
      code: 'CALIBRATION_MISMATCH',
      details: { why: expect.stringContaining('this version of octavec') },
    });
  });
});
