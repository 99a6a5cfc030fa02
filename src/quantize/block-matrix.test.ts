import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dequantizeBlocks, packCodes, quantizeBlocks } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { transposeMatrix } from './linear-layers.js';

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
