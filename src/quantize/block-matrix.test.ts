import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dequantizeBlocks } from '../../test/support/dequantize-blocks.js';
import { transposeMatrix } from '../encoder/index.js';
import { packCodes, quantizeBlocks } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';

interface GoldenCase {
  readonly bits: 4 | 8;
  readonly blockSize: 16 | 32 | 64;
  readonly symmetric: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly weight: number[];
  readonly packed: number[];
  readonly scales: number[];
  readonly zeroPoints: number[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/block-quantization.golden.json', import.meta.url), 'utf8'),
) as { cases: GoldenCase[] };

describe("blocks without clipping are ONNX Runtime's, bit for bit", () => {
  for (const { bits, blockSize, symmetric, rows, columns, weight, packed, scales, zeroPoints } of golden.cases) {
    test(`${bits} bits, blocks of ${blockSize}, ${symmetric ? 'symmetric' : 'asymmetric'}`, () => {
      const byOutputs = transposeMatrix(Float32Array.from(weight), rows, columns);
      const matrix = quantizeBlocks(byOutputs, columns, rows, { bits, blockSize, symmetric, clipping: 'none' });
      expect(Array.from(matrix.scales)).toEqual(scales.map((scale) => Math.fround(scale)));
      if (!symmetric) {
        expect(Array.from(packCodes(matrix.zeroPoints, columns, bits))).toEqual(zeroPoints);
      }
      expect(Array.from(packCodes(matrix.codes, columns, bits))).toEqual(packed);
    });
  }
});

test('clipping by squared error never makes the error larger', () => {
  const rows = 24;
  const columns = 96;
  const weight = Float32Array.from(
    { length: rows * columns },
    (_, i) => Math.sin(i * 12.9898) ** 5 * (i % 37 === 0 ? 6 : 1),
  );
  const errorOf = (scheme: BlockScheme): number => {
    const back = dequantizeBlocks(quantizeBlocks(weight, rows, columns, scheme));
    return back.reduce((sum, value, i) => sum + (value - weight[i]) ** 2, 0);
  };
  for (const symmetric of [false, true]) {
    const plain = errorOf({ bits: 4, blockSize: 32, symmetric, clipping: 'none' });
    const clipped = errorOf({ bits: 4, blockSize: 32, symmetric, clipping: 'mse' });
    expect(clipped).toBeLessThan(plain);
  }
});

test('the last block of a row may be short, and every row begins a byte', () => {
  const matrix = quantizeBlocks(Float32Array.of(1, 2, 3, -1, -2, -3), 2, 3, {
    bits: 4,
    blockSize: 16,
    symmetric: false,
    clipping: 'none',
  });
  expect(matrix.codes.length).toBe(2 * 16);
  expect(packCodes(matrix.zeroPoints, 2, 4).length).toBe(2);
  expect(Array.from(dequantizeBlocks(matrix), (value) => Math.round(value))).toEqual([1, 2, 3, -1, -2, -3]);
});

test('weights too small for a scale become zeros, not NaN', () => {
  const tiny = 2 ** -140;
  const weight = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? ((i % 7) - 3) * tiny : Math.sin(i)));
  for (const bits of [4, 8] as const) {
    for (const symmetric of [true, false]) {
      for (const clipping of ['none', 'mse'] as const) {
        const matrix = quantizeBlocks(weight, 1, 64, { bits, blockSize: 32, symmetric, clipping });
        expect(matrix.scales[0]).toBe(0);
        expect(Number.isFinite(matrix.scales[1]) && matrix.scales[1] !== 0).toBe(true);
        const values = dequantizeBlocks(matrix);
        expect(values.subarray(0, 32).every((value) => value === 0)).toBe(true);
        expect(values.every((value, i) => Math.abs(value - weight[i]) < 0.2)).toBe(true);
      }
    }
  }
});

test('blocks whose clipped scale would be too small keep a finite one', () => {
  const weight = Float32Array.from({ length: 32 }, (_, i) => (i - 16) * 2 ** -127.2);
  const matrix = quantizeBlocks(weight, 1, 32, { bits: 4, blockSize: 32, symmetric: false, clipping: 'mse' });
  expect(Number.isFinite(matrix.scales[0])).toBe(true);
  expect(dequantizeBlocks(matrix).every((value, i) => Math.abs(value - weight[i]) < 2 ** -122)).toBe(true);
});
