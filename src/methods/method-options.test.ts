import { describe, expect, test } from 'vitest';
import { givenOptions, methodOptions } from './method-options.js';
import { methodNamed, methods } from './registry.js';

const option = (key: string) => methodOptions.find((known) => known.key === key);

describe('options of all methods', () => {
  test('are there once each, with a description, and the methods that know them', () => {
    const keys = methodOptions.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { key, owners, description } of methodOptions) {
      expect(description, key).not.toBe('');
      expect(owners.length, key).toBeGreaterThan(0);
      for (const owner of owners) {
        expect(Object.hasOwn(methodNamed(owner)?.options.shape ?? {}, key)).toBe(true);
      }
    }
    const all = methods.flatMap(({ options }) => Object.keys(options.shape));
    expect(new Set(keys)).toEqual(new Set(all));
  });

  test('say what can be chosen, and what holds otherwise', () => {
    expect(option('blockSize')).toMatchObject({
      kind: 'choice',
      choices: [16, 32, 64, 128],
      usual: 32,
      owners: ['q4'],
    });
    expect(option('weightsOnly')).toMatchObject({ kind: 'boolean', choices: [], usual: false, owners: ['fp16'] });
    expect(option('range')).toMatchObject({
      kind: 'choice',
      choices: ['minmax', 'average', 'percentile', 'entropy', 'mse'],
      usual: 'minmax',
    });
    expect(option('targetCosineP1')).toMatchObject({ kind: 'number', usual: undefined });
  });

  test('that are given are checked, and nothing is filled in', () => {
    const schema = givenOptions(methods.find(({ id }) => id === 'q4') as (typeof methods)[number]);
    expect(schema.parse({})).toEqual({});
    expect(schema.parse({ blockSize: 64 })).toEqual({ blockSize: 64 });
    expect(schema.safeParse({ blockSize: 33 }).success).toBe(false);
    expect(schema.safeParse({ blocksize: 64 }).success).toBe(false);
  });
});

describe('the methods', () => {
  test('have names, variants and files of their own', () => {
    expect(methods.map(({ id }) => id)).toEqual(['fp16', 'int8', 'int8-static', 'q8', 'q4', 'auto']);
    expect(new Set(methods.map(({ variant }) => variant)).size).toBe(methods.length);
  });

  test('are found by name alone', () => {
    expect(methodNamed('int8')?.variant).toBe('int8');
    for (const name of ['INT8', '', 'constructor', '__proto__']) {
      expect(methodNamed(name)).toBeUndefined();
    }
  });
});
