import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { tokenBatch } from '../../test/support/tiny-models.js';
import { emptyMemory, writeCalibrationTable } from '../calibration/index.js';
import { textsHash } from '../files/index.js';
import type { ModelFiles } from '../model/index.js';
import { makeNode } from '../onnx/index.js';
import { calibrationHashes, openCalibration } from './calibration.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-calibration-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = {} as ModelFiles;
const model = smallModel({ inputs: { x: 'float' }, outputs: { y: 'float' }, nodes: [makeNode('Neg', ['x'], ['y'])] });
const calibrated = { source: 's'.repeat(64), model };
const own = { texts: ['ab', 'c'], source: 'mine' };
const tokens = tokenBatch([
  [2, 4, 5, 3],
  [2, 6, 3],
]);

describe('the hashes of what is calibrated with', () => {
  test('are those of own texts, for the search as well', async () => {
    const hash = textsHash(own.texts);
    expect(await calibrationHashes({ calibration: own })).toEqual({ calibration: hash, search: hash });
  });

  test("are two of octavec's own texts: a search takes all of them", async () => {
    const hashes = await calibrationHashes({});
    expect(hashes?.calibration).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes?.search).not.toBe(hashes?.calibration);
    expect(await calibrationHashes({ calibration: undefined })).toEqual(hashes);
  });

  test('are none without calibration', async () => {
    expect(await calibrationHashes({ calibration: false })).toBeUndefined();
    expect(await openCalibration(files, calibrated, { calibration: false })).toBeUndefined();
  });
});

/** Tables that are there need no tokenizer, and so no worker. */
describe('a calibration with a table', () => {
  const hash = textsHash(own.texts);
  const tableOf = async (name: string) => {
    const path = join(folder, name);
    await writeCalibrationTable(path, calibrated, { tokens, hash, memory: emptyMemory() });
    return path;
  };

  test('has the texts that it was made with, whoever asks, for the search as well', async () => {
    const calibrationTable = await tableOf('table');
    const before = statSync(calibrationTable).ino;
    for (const calibration of [undefined, own]) {
      const opened = await openCalibration(files, calibrated, { calibration, calibrationTable });
      expect([...(opened?.texts.tokens.ids ?? [])]).toEqual([...tokens.ids]);
      expect([...(opened?.texts.tokens.offsets ?? [])]).toEqual([0, 4, 7]);
      // octavec's own texts would be others.
      expect([opened?.texts.hash, opened?.search.hash]).toEqual([hash, hash]);
      expect(opened?.search.tokens).toBe(opened?.texts.tokens);
    }
    // It is not written while nothing new was seen.
    expect(statSync(calibrationTable).ino).toBe(before);
  });

  test('is written again whenever something was seen', async () => {
    const calibrationTable = await tableOf('kept');
    const opened = await openCalibration(files, calibrated, { calibration: own, calibrationTable });
    const { ino } = statSync(calibrationTable);
    await opened?.texts.keep?.();
    expect(statSync(calibrationTable).ino).not.toBe(ino);
  });

  test('is none of other texts, of another model, or damaged', async () => {
    const calibrationTable = await tableOf('other');
    const calibration = { ...own, texts: ['other'] };
    const mismatch = expect.objectContaining({ code: 'CALIBRATION_MISMATCH' });
    await expect(openCalibration(files, calibrated, { calibration, calibrationTable })).rejects.toEqual(mismatch);
    const another = { ...calibrated, source: 'o'.repeat(64) };
    await expect(openCalibration(files, another, { calibrationTable })).rejects.toEqual(mismatch);
    writeFileSync(calibrationTable, 'nothing');
    await expect(openCalibration(files, calibrated, { calibrationTable })).rejects.toThrow(calibrationTable);
    expect(`${readFileSync(calibrationTable)}`).toBe('nothing');
  });
});
