import { describe, expect, test } from 'vitest';
import { chooseMethods, type MethodName } from '../methods/index.js';
import { checkOptions } from './check-options.js';
import type { QuantizeOptions } from './quantize-options.js';

const texts = (count: number) => ({ texts: Array.from({ length: count }, (_, i) => `text ${i}`), source: 'mine.txt' });
const check = (to: readonly MethodName[], options: Omit<QuantizeOptions, 'to'>) =>
  checkOptions(chooseMethods(to), options);

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
