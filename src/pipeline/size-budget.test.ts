import { describe, expect, test } from 'vitest';
import type { Evidence } from '../evaluate/index.js';
import type { MethodName } from '../methods/index.js';
import { chooseBelow, sizeError } from './size-budget.js';

function variant(method: MethodName, megabytes: number, mean: number, passed = true) {
  const facts = { file: { bytes: megabytes * 1e6 }, fidelity: { cosine: { mean } }, verdict: { passed } };
  return { method, evidence: facts as unknown as Evidence };
}

describe('the best variant below a size', () => {
  test('is the closest to the original, not the smallest or the first', () => {
    const choice = chooseBelow(
      25e6,
      [variant('q4', 16, 0.981), variant('int8', 23, 0.993)],
      [{ method: 'fp16', bytes: 45.7e6 }],
    );
    expect(choice).toEqual({
      maxSize: 25e6,
      chosen: 'int8',
      runnerUp: 'q4',
      reason:
        'int8 (23.0 MB, cosine mean 0.9930); the runner-up is q4 (16.0 MB, cosine mean 0.9810): less close to the original; fp16 has 45.7 MB, too much',
    });
  });

  test('is the smaller of two that are as good', () => {
    const choice = chooseBelow(25e6, [variant('q8', 24, 0.99), variant('int8', 23, 0.99)], []);
    expect(choice).toMatchObject({ chosen: 'int8', runnerUp: 'q8' });
    expect(choice?.reason).toMatch(/as close to the original, but larger$/);
  });

  test('passes its gate, unless it is forced', () => {
    const fitting = [variant('int8', 23, 0.93, false), variant('q4', 16, 0.92)];
    const choice = chooseBelow(25e6, fitting, []);
    expect(choice).toMatchObject({ chosen: 'q4' });
    expect(choice).not.toHaveProperty('runnerUp');
    expect(choice?.reason).toContain('the only one that fits; the gate refused int8');
    expect(chooseBelow(25e6, fitting, [], true)).toMatchObject({ chosen: 'int8', runnerUp: 'q4' });
    expect(chooseBelow(25e6, fitting.slice(0, 1), [])).toBeUndefined();
  });

  test('is never one that gives no numbers while another does, forced or not', () => {
    const broken = variant('q4', 16, Number.NaN, false);
    for (const fitting of [
      [broken, variant('int8', 23, 0.5)],
      [variant('int8', 23, 0.5), broken],
    ]) {
      expect(chooseBelow(25e6, fitting, [], true)).toMatchObject({ chosen: 'int8', runnerUp: 'q4' });
    }
  });

  test('where there is none, the smallest is told, and what may be smaller', () => {
    const error = sizeError('gte', 10e6, [
      { method: 'fp16', bytes: 45e6 },
      { method: 'int8', bytes: 23.1e6 },
    ]);
    expect(error).toMatchObject({ code: 'SIZE_MISSED', exitStatus: 3 });
    expect(error.message).toBe(
      'No variant of gte has 10.0 MB or less: the smallest is int8 with 23.1 MB. q4 was not tried: add `to: q4`, or allow more.',
    );
    const all = ['q4', 'int8'].map((method) => ({ method: method as MethodName, bytes: 2e7 }));
    expect(sizeError('gte', 1, all).message).toMatch(/Allow that much, or take a smaller model\.$/);
  });
});

describe('the error where nothing fits', () => {
  const large = (method: MethodName, bytes: number) => ({ method, bytes });

  test.each<[MethodName[], string]>([
    [['fp16'], 'q4 and int8 were not tried: add `to: q4,int8`, or allow more.'],
    [['q4'], 'int8 was not tried: add `to: int8`, or allow more.'],
    [['int8', 'q8'], 'q4 was not tried: add `to: q4`, or allow more.'],
    [['q4', 'int8'], 'Allow that much, or take a smaller model.'],
  ])('names what was not tried: %j', (methods, hint) => {
    const error = sizeError(
      'm.onnx',
      1000,
      methods.map((method, i) => large(method, 2000 + i)),
    );
    expect(error).toMatchObject({ code: 'SIZE_MISSED', details: { path: 'm.onnx', hint } });
  });

  test('names the smallest of all, in whatever order they were made', () => {
    const error = sizeError('m.onnx', 10e6, [large('fp16', 45e6), large('q4', 16e6), large('int8', 23e6)]);
    expect(error.message).toContain('q4 with 16.0 MB');
    expect(error.message).toContain('10.0 MB');
  });
});

test('the order of the variants decides nothing but between equals', () => {
  const variants = [variant('fp16', 20, 0.999), variant('int8', 10, 0.99), variant('q4', 5, 0.9)];
  for (const order of [variants, variants.toReversed()]) {
    expect(chooseBelow(25e6, order, [])).toMatchObject({ chosen: 'fp16', runnerUp: 'int8' });
  }
  const twins = [variant('q8', 10, 0.99), variant('int8', 10, 0.99)];
  expect(chooseBelow(25e6, twins, [])).toMatchObject({ chosen: 'q8', runnerUp: 'int8' });
  expect(chooseBelow(25e6, twins, [])?.reason).toMatch(/just as good$/);
});
