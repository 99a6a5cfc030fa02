import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import type { Verdict } from '../evaluate/index.js';
import { type BatchItem, batchError } from './batch-outcome.js';
import { orUnusable, type UnusableVariant } from './or-unusable.js';
import { gateError } from './quantize-outcome.js';

const item = (status: BatchItem['status'], more: Partial<BatchItem> = {}): BatchItem => ({
  ...{ model: 'a', method: 'int8', status, seconds: 1 },
  ...more,
});
const outcome = (...items: BatchItem[]) => ({ folder: '/models', items, variants: [], unreadable: [], seconds: 1 });

describe('the error of a folder', () => {
  test.each([
    ['nothing at all', []],
    ['what was made, skipped or up to date', [item('made'), item('skipped'), item('up to date')]],
  ])('is none for %s', (_, items) => {
    expect(batchError(outcome(...items))).toBeUndefined();
  });

  test('is the first failure, counted, before anything else', () => {
    const items = [item('refused'), item('failed', { model: 'b', reason: 'no memory' }), item('failed')];
    const unreadable = [{ path: '/x', why: 'no' }];
    expect(batchError({ ...outcome(...items), unreadable })).toMatchObject({
      code: 'BATCH_FAILED',
      details: { folder: '/models', failed: 2, total: 3, first: 'b (int8): no memory' },
    });
  });

  test('is a folder that could not be read, before refusals', () => {
    const error = batchError({ ...outcome(item('refused')), unreadable: [{ path: '/x', why: 'no' }] });
    expect(error).toMatchObject({ code: 'FILE_NOT_READABLE', details: { path: '/x', why: 'no' } });
  });

  test('is the first refusal, and how many there are more', () => {
    const refused = item('refused', { path: '/a.onnx', reason: 'cosine' });
    expect(batchError(outcome(refused))).toMatchObject({ details: { path: '/a.onnx', failures: 'cosine' } });
    expect(batchError(outcome(refused, item('refused'), item('refused')))).toMatchObject({
      code: 'GATE_REFUSED',
      details: { path: '/a.onnx (and 2 more)' },
    });
    expect(batchError(outcome(item('refused')))).toMatchObject({ details: { path: '/models', failures: '' } });
  });
});

describe('the error of variants', () => {
  const variant = (passed: boolean | undefined, method: BatchItem['method'] = 'int8') => ({
    method,
    path: `/${method}.onnx`,
    evidence: {
      verdict:
        passed === undefined
          ? undefined
          : ({ passed, gate: 'g', failures: [{ message: 'too far' }], undecided: [] } as unknown as Verdict),
    },
  });

  test('is none where all passed or were not judged', () => {
    expect(gateError({ variants: [] })).toBeUndefined();
    expect(gateError({ variants: [variant(true), variant(undefined)] })).toBeUndefined();
  });

  test('is that of the first that was refused', () => {
    expect(gateError({ variants: [variant(true, 'fp16'), variant(false)] })).toMatchObject({
      code: 'GATE_REFUSED',
      details: { path: '/int8.onnx', failures: expect.stringContaining('too far') },
    });
    expect(gateError({ variants: [variant(false, 'auto')] })).toMatchObject({ code: 'TARGET_MISSED' });
  });

  test('is none where one was chosen by its size', () => {
    const choice = {} as NonNullable<Parameters<typeof gateError>[0]['choice']>;
    expect(gateError({ variants: [variant(false)], choice })).toBeUndefined();
  });
});

describe('a variant that cannot be run', () => {
  const failing = (error: unknown) => async () => Promise.reject(error);
  const damaged = new OctavecError('FILE_NOT_READABLE', { path: 'x', why: 'damaged' });

  test.each([
    ['onnxruntime', 'm'],
    ['auto', 'm'],
    ['native', 'm (native)'],
  ] as const)('in %s is called %s, and the others go on', async (engine, name) => {
    const unusable: UnusableVariant[] = [];
    await orUnusable({ name: 'm', engine }, unusable, failing(damaged));
    await orUnusable({ name: 'n', engine }, unusable, async () => undefined);
    expect(unusable).toEqual([{ name, why: expect.stringContaining('damaged') }]);
  });

  test('does not hide mistakes of the program, nor that somebody has cancelled', async () => {
    for (const error of [new TypeError('bug'), new OctavecError('CANCELLED', { what: 'x' })]) {
      const unusable: UnusableVariant[] = [];
      await expect(orUnusable({ name: 'm', engine: 'auto' }, unusable, failing(error))).rejects.toBe(error);
      expect(unusable).toEqual([]);
    }
  });
});
