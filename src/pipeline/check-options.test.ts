import { describe, expect, test } from 'vitest';
import { chooseMethods, type MethodName } from '../methods/index.js';
import { checkOptions } from './check-options.js';
import type { QuantizeOptions } from './quantize-options.js';

const texts = (count: number) => ({ texts: Array.from({ length: count }, (_, i) => `text ${i}`), source: 'mine.txt' });
const check = (to: readonly MethodName[], options: Omit<QuantizeOptions, 'to'>) =>
  checkOptions(chooseMethods(to), options);

describe('options without effect are refused, with their names and those of the methods that know them', () => {
  test.each<[readonly MethodName[], Omit<QuantizeOptions, 'to'>, string]>([
    [['fp16'], { calibrationTable: 't' }, '`calibrationTable` belongs to int8, int8-static, q8, q4, auto, and fp16'],
    [['fp16'], { calibration: texts(5) }, '`calibration` belongs to'],
  ])('%j %j', (to, options, message) => {
    expect(() => check(to, options)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => check(to, options)).toThrow(message);
  });

  test('what one of several methods knows, and the lack of calibration, are fine', () => {
    check(['fp16', 'q4'], { calibrationTable: 't' });
    check(['fp16'], { calibration: false, selection: { exclude: ['embeddings'] } });
  });
});

describe('what cannot go well is said before the work', () => {
  test.each<[readonly MethodName[], Omit<QuantizeOptions, 'to'>, string]>([
    [[], {}, 'It is not said what to make. Add `to: int8`'],
    [['int8', 'int8-static'], { calibration: false }, 'int8-static cannot be made without calibration texts'],
    [['auto'], { calibration: texts(2) }, 'auto cannot be made without 3 calibration texts'],
    [['int8'], { calibration: texts(0) }, 'mine.txt holds no texts to calibrate with'],
    [['int8'], { calibration: false, calibrationTable: 't' }, 'of no use without calibration'],
    [['int8'], { texts: texts(1) }, 'mine.txt holds 1 text, too few to compare'],
  ])('%j %j', (to, options, message) => {
    expect(() => check(to, options)).toThrow(message);
  });
});
