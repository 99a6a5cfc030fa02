import { describe, expect, test } from 'vitest';
import { methodNames } from '../base/index.js';
import { isVariantName } from '../model/index.js';
import { auto } from './auto/auto.js';
import { chooseMethods, chooseWithOptions } from './choose-methods.js';
import { int8 } from './int8.js';
import { methodOptions } from './method-options.js';
import { q4 } from './q4.js';
import { methodNamed, methods } from './registry.js';

describe('every method', () => {
  test('is found by its name, which no other has, as no other writes its file', () => {
    expect(methodNames.map((name) => methodNamed(name)?.id)).toEqual(methodNames);
    expect(new Set(methodNames).size).toBe(methods.length);
    expect(new Set(methods.map(({ variant }) => variant)).size).toBe(methods.length);
    expect(methodNamed('int9')).toBeUndefined();
  });

  test('writes files that are told from models by their names', () => {
    expect(methods.filter(({ variant }) => !isVariantName(variant))).toEqual([]);
  });

  test('says of each option what it does, and of what kind it is', () => {
    expect(methodOptions.filter(({ description }) => !/^[a-z].*[^.]$/.test(description))).toEqual([]);
    expect(methodOptions.filter(({ kind, choices }) => kind === 'choice' && choices.length < 2)).toEqual([]);
    const kinds = Object.fromEntries(methodOptions.map(({ key, kind }) => [key, kind]));
    expect(kinds).toMatchObject({ weightsOnly: 'boolean', targetCosineP1: 'number', blockSize: 'choice' });
  });
});

describe('a method with options', () => {
  test('has all of them, with what holds by default', () => {
    expect(q4().options).toEqual({ blockSize: 32, symmetric: false });
    expect(q4({ blockSize: 64 }).options).toEqual({ blockSize: 64, symmetric: false });
  });

  test('refuses what it does not know and what is out of range, by its key', () => {
    expect(() => int8.choose({ blockSize: 64 })).toThrow('int8 has no option "blockSize". int8 has no options');
    expect(() => q4.choose({ blocksize: 64 })).toThrow('q4 has no option "blocksize". The nearest is `blockSize`.');
    expect(() => q4.choose({ blockSize: 7 })).toThrow('`blockSize` of q4 must be one of 16, 32, 64, 128.');
    expect(() => q4.choose({ symmetric: 'yes' })).toThrow('`symmetric` of q4 must be a boolean.');
    expect(() => q4.choose(7)).toThrow('The options of q4 must be a');
  });

  test.each([{ targetCosineP1: 1.2 }, { targetOverlap: 0 }, { maxLoss: 1 }, { targetCosineP1: Number.NaN }])(
    'auto refuses %o',
    (options) => {
      expect(() => auto(options)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

describe('to', () => {
  test('takes names and methods with options, each once', () => {
    const chosen = chooseMethods(['int8', q4({ blockSize: 64 }), 'int8', q4({ blockSize: 64 })]);
    expect(chosen.map(({ id, options }) => [id, options])).toEqual([
      ['int8', {}],
      ['q4', { blockSize: 64, symmetric: false }],
    ]);
  });

  test('takes what the front door of the library gives, and checks its options', () => {
    const [chosen] = chooseMethods([{ id: 'q4', given: { blockSize: 64 } }]);
    expect([chosen.id, chosen.options]).toEqual(['q4', { blockSize: 64, symmetric: false }]);
    expect(() => chooseMethods([{ id: 'q4', given: { block: 64 } }])).toThrow('q4 has no option "block".');
  });

  test('refuses a method with one option and with another, and what is no method', () => {
    expect(() => chooseMethods(['q4', q4({ blockSize: 64 })])).toThrow('q4 is asked for twice, with different options');
    expect(() => chooseWithOptions(['int9'], {})).toThrow('"int9" is not a method. Known: fp16, int8,');
  });
});

describe('options for several methods', () => {
  test('go to those that know them, before what is usual', () => {
    const [int, four] = chooseWithOptions(
      ['int8', 'q4'],
      { blockSize: 64 },
      { q4: { blockSize: 16, symmetric: true } },
    );
    expect(int.options).toEqual({});
    expect(four.options).toEqual({ blockSize: 64, symmetric: true });
  });

  test.each<[string[], Record<string, unknown>, string]>([
    [['int8'], { targetCosineP1: 0.99999 }, '`targetCosineP1` belongs to auto, and int8 is what is to be made. Leave'],
    [['int8', 'q4'], { for: 'speed' }, '`for` belongs to auto, and int8, q4 is'],
    [['int8'], { blockSize: 64 }, '`blockSize` belongs to q4'],
    [['q8'], { weightsOnly: true }, '`weightsOnly` belongs to fp16'],
    [['int8'], { range: 'mse' }, '`range` belongs to int8-static'],
  ])('%j %j that none of them knows are refused', (names, options, message) => {
    expect(() => chooseWithOptions(names, options)).toThrow(message);
  });
});
