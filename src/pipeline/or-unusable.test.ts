import { expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { orUnusable, type UnusableVariant } from './or-unusable.js';

/** What is kept of a variant whose work fails. */
async function afterFailure(error: unknown, engine: 'auto' | 'native' | 'onnxruntime' = 'auto') {
  const unusable: UnusableVariant[] = [];
  await orUnusable({ name: 'a.onnx', engine }, unusable, () => Promise.reject(error));
  return unusable;
}

test('what octavec finds wrong with a variant is kept, and the others go on', async () => {
  const broken = new OctavecError('NOT_COMPARABLE', { why: 'it has other sizes' });
  const [{ name, why }] = await afterFailure(broken);
  expect(name).toBe('a.onnx');
  expect(why).toContain('it has other sizes');
});

test('the engine is named where it was asked for', async () => {
  const broken = new OctavecError('NOT_COMPARABLE', { why: 'x' });
  expect((await afterFailure(broken, 'native'))[0].name).toBe('a.onnx (native)');
  expect((await afterFailure(broken, 'onnxruntime'))[0].name).toBe('a.onnx');
});

test('cancelling and faults of the program are no fault of the variant', async () => {
  const cancelled = new OctavecError('CANCELLED', { what: 'comparing' });
  await expect(afterFailure(cancelled)).rejects.toBe(cancelled);
  await expect(afterFailure(new TypeError('a bug'))).rejects.toThrow('a bug');
});

test('what works is not kept', async () => {
  const unusable: UnusableVariant[] = [];
  await orUnusable({ name: 'a', engine: 'auto' }, unusable, () => Promise.resolve());
  expect(unusable).toEqual([]);
});
