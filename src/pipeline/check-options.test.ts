import { describe, expect, test } from 'vitest';
import { checkOptions } from './check-options.js';
import type { QuantizeOptions } from './quantize-options.js';

const texts = (count: number) => ({ texts: Array.from({ length: count }, (_, i) => `text ${i}`), source: 'mine.txt' });

describe('options without effect are refused, with their names and those of the methods that know them', () => {
  test.each<[Partial<QuantizeOptions>, string]>([
    [{ to: ['int8'], auto: { targetCosineP1: 0.99999 } }, '--target-cosine-p1 belongs to auto, and int8 is'],
    [{ to: ['int8', 'q4'], auto: { purpose: 'speed' } }, '--for belongs to auto, and int8, q4 is'],
    [
      { to: ['fp16'], calibrationTable: 't' },
      '--calibration-table belongs to int8, int8-static, q8, q4, auto, and fp16',
    ],
    [{ to: ['fp16'], calibration: texts(5) }, '--calibration belongs to'],
    [{ to: ['int8'], forms: { blockSize: 64 } }, '--block-size belongs to q4'],
    [{ to: ['q8'], forms: { weightsOnly: true } }, '--weights-only belongs to fp16'],
    [{ to: ['int8'], forms: { range: 'mse' } }, '--range belongs to int8-static'],
  ])('%j', (options, message) => {
    expect(() => checkOptions({ to: [], ...options })).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => checkOptions({ to: [], ...options })).toThrow(message);
  });

  test('what one of several methods knows, and the lack of calibration, are fine', () => {
    checkOptions({ to: ['fp16', 'q4'], forms: { blockSize: 64 }, calibrationTable: 't' });
    checkOptions({ to: ['fp16'], calibration: false, selection: { exclude: ['embeddings'] }, auto: {}, forms: {} });
  });
});

describe('what cannot go well is said before the work', () => {
  test.each<[Partial<QuantizeOptions>, string]>([
    [{ to: [] }, 'It is not said what to make'],
    [{ to: ['int8', 'int8-static'], calibration: false }, 'int8-static cannot be made without calibration texts'],
    [{ to: ['auto'], calibration: texts(2) }, 'auto cannot be made without 3 calibration texts'],
    [{ to: ['int8'], calibration: texts(0) }, 'mine.txt holds no texts to calibrate with'],
    [{ to: ['int8'], calibration: false, calibrationTable: 't' }, 'of no use without calibration'],
    [{ to: ['int8'], texts: texts(1) }, 'mine.txt holds 1 text, too few to compare'],
  ])('%j', (options, message) => {
    expect(() => checkOptions({ to: [], ...options })).toThrow(message);
  });
});
