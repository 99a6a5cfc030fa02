import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gatePresets } from '../evaluate/index.js';
import { autoOptions } from './auto/options.js';
import { readSensitivity } from './auto/read-sensitivity.js';
import { sensitivityPath } from './auto/sensitivity-report.js';
import { defineMethod } from './define-method.js';
import type { MethodWishes } from './method.js';
import { givenOptions, methodOptions } from './method-options.js';
import { methodNamed, methods } from './registry.js';

const made = defineMethod({
  ...{ id: 'test', variant: 'test', precision: '3-bit weights', gate: 'int8', fewestTexts: 2 },
  options: z.strictObject({
    size: z.union([z.literal(16), z.literal(32)]).default(32),
    share: z.number().gt(0, 'a number above 0').default(0.5),
    fast: z.boolean().default(false),
    kind: z.enum(['a', 'b']).optional(),
  }),
  apply: async (source, options) => ({ model: source, chosen: options }),
});

const wishes = (hashes?: MethodWishes['hashes']): MethodWishes =>
  ({ selection: { include: ['a'], exclude: [] }, optimize: true, gates: {}, hashes }) as unknown as MethodWishes;

describe('a method', () => {
  test('fills in what holds where nothing is chosen', () => {
    expect(made().options).toEqual({ size: 32, share: 0.5, fast: false });
    expect(made({ fast: true, kind: 'b' }).options).toEqual({ size: 32, share: 0.5, fast: true, kind: 'b' });
    expect(made.choose(undefined).options).toEqual(made().options);
  });

  test.each([
    [{ sise: 16 }, 'test has no option "sise"'],
    [{ size: 17 }, '`size` of test must be'],
    [{ share: 0 }, '`share` of test must be a number above 0'],
    [{ share: '1' }, '`share` of test must be a number'],
    [{ fast: 1 }, '`fast` of test must be a boolean'],
    [{ kind: 'c' }, '`kind` of test must be one of a, b'],
    ['fast', 'The options of test must be an object'],
    [null, 'The options of test must be an object'],
  ])('refuses the options %j', (options, problem) => {
    expect(() => made.choose(options)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(problem) }),
    );
  });

  test('names the option that was meant', () => {
    expect(() => made.choose({ sise: 16 })).toThrow('The nearest is `size`');
    expect(() => methodNamed('q8')?.choose({ blockSize: 16 })).toThrow('q8 has no options of its own');
  });

  test('asks for the same keys always; for calibration, the texts, or that there are none', () => {
    const options = { size: 32, share: 0.5, fast: false };
    const asked = { include: ['a'], exclude: [], optimize: true };
    expect(made().asked(wishes())).toEqual({ ...asked, calibration: false, ...options });
    const hashes = { calibration: 'c', search: 's' };
    expect(made().asked(wishes(hashes))).toEqual({ ...asked, calibration: 'c', ...options });
  });

  test('is judged by the gate of its precision, unless another is asked for', () => {
    expect(made().gateFor({})).toEqual(gatePresets.int8);
    expect(made().gateFor({ gate: gatePresets.strict }).name).toBe('strict');
  });
});

describe('all methods', () => {
  test('have names, and variants, of their own', () => {
    expect(new Set(methods.map(({ id }) => id)).size).toBe(methods.length);
    expect(new Set(methods.map(({ variant }) => variant)).size).toBe(methods.length);
    expect(methods.every((method) => methodNamed(method.id) === method)).toBe(true);
    expect(methodNamed('INT8') ?? methodNamed('')).toBeUndefined();
  });

  test('work without options', () => {
    for (const method of methods) {
      expect(method.choose({}).id).toBe(method.id);
    }
  });

  test('describe each of their options once, with those who know it', () => {
    const keys = methodOptions.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { key, owners, description, choices, kind } of methodOptions) {
      const knowing = methods.filter(({ options }) => Object.hasOwn(options.shape, key)).map(({ id }) => id);
      expect(owners).toEqual(knowing);
      expect(description).toMatch(/^[^A-Z].*[^.]$/s);
      expect(choices.length > 0).toBe(kind === 'choice');
    }
  });

  test('take options as they were given, and fill in nothing', () => {
    for (const method of methods) {
      expect(givenOptions(method).parse({})).toEqual({});
      expect(givenOptions(method).safeParse({ other: 1 }).success).toBe(false);
    }
  });
});

describe('options of auto', () => {
  test.each([{}, { targetCosineP1: 1 }, { targetOverlap: 0.01 }, { maxLoss: 0 }, { for: 'speed' }])(
    '%j are right',
    (options) => {
      expect(autoOptions.safeParse(options).success).toBe(true);
    },
  );

  test.each([
    [{ targetCosineP1: 0 }],
    [{ targetCosineP1: 1.01 }],
    [{ targetOverlap: Number.NaN }],
    [{ maxLoss: 1 }],
    [{ maxLoss: -0.1 }],
    [{ for: 'both' }],
    [{ target: 0.9 }],
  ])('%j are not', (options) => {
    expect(autoOptions.safeParse(options).success).toBe(false);
  });
});

test('a sensitivity report stands beside its variant; where there is none, there is nothing to read', async () => {
  expect(sensitivityPath('onnx/model_auto.onnx')).toBe('onnx/model_auto.sensitivity.json');
  expect(sensitivityPath('a.onnx.onnx')).toBe('a.onnx.sensitivity.json');
  expect(await readSensitivity('/no/such/folder/model.onnx')).toBeUndefined();
});
