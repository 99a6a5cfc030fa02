import { describe, expect, test } from 'vitest';
import {
  countUpTo,
  either,
  fields,
  flag,
  ifRight,
  listOf,
  mapOf,
  maybe,
  number,
  oneOf,
  text,
  WrongValue,
  wholeNumber,
} from './json-shapes.js';

/** The path and the complaint of a refused value. */
function complaint(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    const { path, wanted } = error as WrongValue;
    return `${path.join('.')}: ${wanted}`;
  }
  return 'none';
}

describe('simple shapes', () => {
  test.each([
    ['text', text, ['', 'a'], [1, null, undefined, ['a'], {}]],
    ['flag', flag, [true, false], [0, 1, 'true', null]],
    ['number', number, [0, -1.5, 1e30], [Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
    ['whole number', wholeNumber, [0, -3, 2 ** 53 - 1], [0.5, 2 ** 53, 1e30, '1']],
    ['count up to 3', countUpTo(3), [1, 2, 3], [0, 4, 1.5, -1, null]],
    ['one of', oneOf(['a', 'b']), ['a', 'b'], ['c', 'A', '', undefined]],
  ] as const)('%s', (_, shape, right, wrong) => {
    for (const value of right) {
      expect(shape(value)).toBe(value);
    }
    for (const value of wrong) {
      expect(() => shape(value)).toThrow(WrongValue);
    }
  });

  test('what may be missing reads null as missing, and refuses what is wrong', () => {
    expect([maybe(text)(undefined), maybe(text)(null), maybe(text)('')]).toEqual([undefined, undefined, '']);
    expect(() => maybe(text)(3)).toThrow('must be a text');
  });

  test('what can be done without is undefined where it is wrong', () => {
    expect([ifRight(wholeNumber)(7), ifRight(wholeNumber)('seven'), ifRight(wholeNumber)(null)]).toEqual([
      7,
      undefined,
      undefined,
    ]);
  });

  test('either takes the first that fits, and complains as the second', () => {
    const shape = either(flag, text);
    expect([shape(true), shape('a')]).toEqual([true, 'a']);
    expect(() => shape(1)).toThrow('must be a text');
  });
});

describe('shapes of shapes', () => {
  test('a complaint says where, from the outside', () => {
    const shape = fields({ modules: listOf(fields({ path: text })) });
    expect(complaint(() => shape({ modules: [{ path: 'a' }, { path: 2 }] }))).toBe('modules.1.path: a text');
    expect(complaint(() => shape({ modules: {} }))).toBe('modules: a list');
    expect(complaint(() => shape([]))).toBe(': an object');
    expect(complaint(() => shape({}))).toBe('modules: a list');
    expect(complaint(() => mapOf(number)({ a: 1, b: '2' }))).toBe('b: a number');
  });

  test('keys that nobody asked for are left out', () => {
    expect(fields({ a: maybe(text) })({ a: 'x', b: 'y' })).toEqual({ a: 'x' });
  });

  test('keys that every object has are not taken for given ones', () => {
    expect(fields({ constructor: maybe(text), toString: maybe(text) })({})).toEqual({
      constructor: undefined,
      toString: undefined,
    });
  });

  test('a list may have a least and a greatest length', () => {
    const shape = listOf(number, { least: 1, most: 2 });
    expect(shape([1, 2])).toEqual([1, 2]);
    expect(complaint(() => shape([]))).toBe(': a list of 1 or more');
    expect(complaint(() => shape([1, 2, 3]))).toBe(': a list of 2 at most');
  });

  test('errors of other kinds are not taken for wrong values', () => {
    const broken = (): never => {
      throw new TypeError('broken');
    };
    expect(() => fields({ a: broken })({ a: 1 })).toThrow(TypeError);
  });
});
