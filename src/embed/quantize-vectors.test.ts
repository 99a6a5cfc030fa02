import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { quantizeVectors, toBase64, vectorRanges } from './quantize-vectors.js';

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/quantized-vectors.golden.json', import.meta.url), 'utf8'),
);
const { rows, columns } = golden;
const matrix = { data: Float32Array.from(golden.vectors), rows, columns };
const calibration = Float32Array.from(golden.calibration);
const ranges = vectorRanges({ data: calibration, rows: calibration.length / columns, columns });

describe('quantizeVectors', () => {
  test.each(['int8', 'uint8'] as const)('gives %s as the reference does', (type) => {
    expect(Array.from(quantizeVectors(matrix, type))).toEqual(golden.own[type]);
    expect(Array.from(quantizeVectors(matrix, type, ranges))).toEqual(golden.calibrated[type]);
  });

  test.each(['binary', 'ubinary'] as const)('gives %s as the reference does', (type) => {
    expect(Array.from(quantizeVectors(matrix, type))).toEqual(golden[type]);
  });

  test('ends the bits of a row with zeros where they do not fill a byte', () => {
    const odd = {
      data: Float32Array.of(1, -1, 1, -1, 1, 1, 1, 1, 1, /* second row */ -1, 0, 1, 1, 1, 1, 1, 1, -1),
      rows: 2,
      columns: 9,
    };
    expect(Array.from(quantizeVectors(odd, 'ubinary'))).toEqual([0b10101111, 0b10000000, 0b00111111, 0]);
  });

  test('keeps values beyond the calibrated range at its ends', () => {
    const one = { data: Float32Array.of(-5, 5), rows: 1, columns: 2 };
    const narrow = { least: Float32Array.of(-1, -1), greatest: Float32Array.of(1, 1) };
    expect(Array.from(quantizeVectors(one, 'uint8', narrow))).toEqual([0, 255]);
    expect(Array.from(quantizeVectors(one, 'int8', narrow))).toEqual([-128, 127]);
  });

  test.each(['float32', 'int8', 'uint8', 'binary', 'ubinary'] as const)(
    'gives nothing for no vectors, in %s',
    (type) => {
      const none = { data: new Float32Array(), rows: 0, columns: 8 };
      expect(quantizeVectors(none, type)).toHaveLength(0);
      expect(quantizeVectors(none, type, { least: new Float32Array(8), greatest: new Float32Array(8) })).toHaveLength(
        0,
      );
    },
  );

  test.each([
    ['NaN among the vectors', [Number.NaN, 1], [0, 0], /1 of 1 vectors hold NaN or infinity, the first in row 0/],
    ['infinity among the vectors', [1, Number.POSITIVE_INFINITY], [0, 0], /1 of 1 vectors hold NaN or infinity/],
    ['NaN among the ranges', [1, 1], [0, Number.NaN], /ranges must hold .* 2 finite numbers each/],
    ['ranges of another length', [1, 1], [0], /ranges must hold .* 2 finite numbers each/],
  ])('refuses %s', (_, vector, least, message) => {
    const one = { data: Float32Array.from(vector), rows: 1, columns: 2 };
    const ranges = { least: Float32Array.from(least), greatest: Float32Array.of(1, 1) };
    expect(() => quantizeVectors(one, 'int8', ranges)).toThrow(message);
  });

  test('gives a dimension without a range its least step', () => {
    const same = { data: Float32Array.of(0.5, 0.5), rows: 2, columns: 1 };
    expect(Array.from(quantizeVectors(same, 'int8'))).toEqual([-128, -128]);
    expect(Array.from(quantizeVectors(same, 'uint8'))).toEqual([0, 0]);
  });

  test('copies float32', () => {
    const copy = quantizeVectors(matrix, 'float32');
    expect(copy).toEqual(matrix.data);
    expect(copy.buffer).not.toBe(matrix.data.buffer);
  });
});

describe('toBase64', () => {
  test('writes little-endian float32, of a view only what it shows', () => {
    const whole = Float32Array.of(9, 1, -2, 9);
    const bytes = Buffer.from(toBase64(whole.subarray(1, 3)), 'base64');
    expect([bytes.length, bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([8, 1, -2]);
  });
});
