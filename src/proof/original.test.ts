import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import type { Gate } from '../evaluate/index.js';
import { asOriginalError, type Original, vectorsHash } from './original.js';
import { asksForSpeed, withRuns } from './speed.js';

const original = (more: object = {}) =>
  ({
    files: { folder: '/m', onnxPath: '/m/onnx/model.onnx' },
    identity: { sha256: 'abc' },
    ...more,
  }) as unknown as Original;

test('vectors of a widened copy are told from those of the file', () => {
  expect(vectorsHash(original())).toBe('abc');
  expect(vectorsHash(original({ identity: { sha256: 'abc', fp32Bytes: 8 } }))).toBe('abc widened');
});

describe('NaN of the original', () => {
  const notFinite = new OctavecError('VECTOR_NOT_FINITE', { path: '/tmp/copy.onnx', indices: [1, 2] });

  test('is told as its own, with the texts', () => {
    expect(asOriginalError(notFinite, original(), 'texts of a task')).toMatchObject({
      code: 'ORIGINAL_NOT_FINITE',
      details: { path: '/m', where: expect.stringMatching(/^for 2 of the texts of a task \(/) },
      cause: notFinite,
    });
  });

  test('of a single file names the file', () => {
    const single = original({ files: { onnxPath: '/x.onnx' } });
    expect(asOriginalError(notFinite, single, 'texts')).toMatchObject({ details: { path: '/x.onnx' } });
  });

  test('is not what other errors are', () => {
    for (const error of [new OctavecError('CANCELLED', { what: 'x' }), new Error('x'), 'x', undefined]) {
      expect(asOriginalError(error, original(), 'texts')).toBe(error);
    }
  });
});

describe('speed', () => {
  test.each([
    [{}, false],
    [{ cosineP1: 0.9 }, false],
    [{ speedUp: 1.5 }, true],
    [{ speedUp: 0 }, true],
  ])('is asked for by the limits %j: %s', (limits, expected) => {
    expect(asksForSpeed({ limits } as Gate)).toBe(expected);
  });

  test('of both sides is added to what was measured, and to nothing else', () => {
    const run = (textsPerSecond: number) => ({
      ...{ name: 'm', loadSeconds: 1, rounds: [textsPerSecond] },
      ...{ textsPerSecond, peakBytes: 10 * textsPerSecond },
    });
    const measured = { other: 1, run: { textsPerSecond: 9, peakBytes: 9 } };
    expect(withRuns(measured, run(100), run(300))).toEqual({
      other: 1,
      run: { textsPerSecond: 300, peakBytes: 3000 },
      originalRun: { textsPerSecond: 100, peakBytes: 1000 },
    });
    expect(measured.run.textsPerSecond).toBe(9);
  });
});
