import { describe, expect, test } from 'vitest';
import { checkOptions } from '../base/index.js';
import { comparisonChecks, quantizeOptionChecks, variantChecks } from './option-checks.js';

const refused = expect.objectContaining({ code: 'USAGE' });

describe('options of quantize, from callers without a type checker', () => {
  test.each([
    [{}],
    [{ to: ['int8', 'q4'] }],
    [{ to: [{ id: 'auto', given: {} }, 'fp16'] }],
    [{ calibration: false, optimize: false, bench: true, threads: 1 }],
    [{ calibration: { texts: ['a', 'b'], source: 'mine' } }],
    [{ texts: { texts: [], source: 'mine' } }],
    [{ output: 'folder', calibrationTable: 'table', maxSize: 1 }],
    [{ gate: { name: 'x' }, limits: {} }],
    [{ onNote: undefined, to: undefined }],
  ])('%j are taken', (options) => {
    expect(() => checkOptions(options as object, quantizeOptionChecks)).not.toThrow();
  });

  test.each([
    [{ to: 'int8' }, 'to'],
    [{ to: ['int9'] }, 'to'],
    [{ to: [null] }, 'to'],
    [{ calibration: true }, 'calibration'],
    [{ calibration: ['a'] }, 'calibration'],
    [{ texts: ['a'] }, 'texts'],
    [{ texts: { texts: [1], source: 'x' } }, 'texts'],
    [{ threads: 0 }, 'threads'],
    [{ threads: 1.5 }, 'threads'],
    [{ maxSize: -1 }, 'maxSize'],
    [{ optimize: 'no' }, 'optimize'],
    [{ onNote: 'print' }, 'onNote'],
    [{ gate: 'int8' }, 'gate'],
    [{ signal: {} }, 'signal'],
    [{ colour: 'red' }, 'colour'],
  ])('%j are refused by their name', (options, name) => {
    const check = () => checkOptions(options as object, quantizeOptionChecks);
    expect(check).toThrow(refused);
    expect(check).toThrow(name);
  });

  test('where the file goes is for one model alone', () => {
    expect(() => checkOptions({ output: 'x' } as object, variantChecks)).toThrow(refused);
  });
});

describe('options of comparisons', () => {
  test.each([[{ cache: false }], [{ cache: 'folder' }], [{ tasks: [{}] }], [{ pooling: 'mean', maxTokens: 8 }]])(
    '%j are taken',
    (options) => {
      expect(() => checkOptions(options as object, comparisonChecks)).not.toThrow();
    },
  );

  test.each([[{ cache: true }], [{ cache: 3 }], [{ tasks: ['sts'] }], [{ tasks: {} }], [{ pooling: 'median' }]])(
    '%j are refused',
    (options) => {
      expect(() => checkOptions(options as object, comparisonChecks)).toThrow(refused);
    },
  );
});
