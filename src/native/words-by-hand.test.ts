import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import type { EncoderDescription, EncoderLayer, EncoderLinear, StoredBlocks } from '../encoder/index.js';
import type { Head } from '../model/index.js';
import { dataType, makeTensor } from '../onnx/index.js';
import { describeForCore, type NativeDescription } from './words.js';

/** An encoder of a few numbers, so that every word of its description can be written down. */
const model = smallModel({ outputs: {}, nodes: [] });
const head: Head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true };
const base: EncoderDescription = {
  ...{ hidden: 2, heads: 2, keyValueHeads: 1, headWidth: 1, ffn: 3, activation: 'silu', gated: true, preNorm: true },
  scoreScale: 0.5,
  words: { values: floats('words', [3, 2], [1, 2, 3, 4, 5, 6]) },
  wordFactor: 1,
  layers: [],
};
const described = (changes: Partial<EncoderDescription> = {}, maxTokens = 2, ofHead = head) =>
  describeForCore(model, { ...base, ...changes }, ofHead, maxTokens, 'bf16');
const int8 = (name: string, dims: readonly number[], values: readonly number[]) =>
  makeTensor(name, dataType.int8, dims, Int8Array.from(values));
const uint8 = (name: string, dims: readonly number[], values: readonly number[]) =>
  makeTensor(name, dataType.uint8, dims, Uint8Array.from(values));

const bits = (value: number) => new Int32Array(Float32Array.of(value).buffer)[0];
const numbersOf = (data: Uint8Array) => [...new Float32Array(data.slice().buffer)];
/** Names of what stands at the beginning: 12 words of sizes, the scale of scores, then words and what is added to them. */
const afterSizes = ({ words }: NativeDescription) => [...words].slice(13);
const tensorAt = ({ tensors }: NativeDescription, index: number) => tensors[index];

/** No norm: neither gamma nor beta, an epsilon of 0, no RMSNorm. */
const noNorm = [-1, -1, 0, 0];

describe('the beginning of a description', () => {
  test('of an encoder with nothing but words', () => {
    const { words, tensors } = described();
    expect([...words]).toEqual([
      ...[0x4f435456, 4, 2, 2, 2, 1, 1, 3, 2, 3, 1, 1, bits(0.5)],
      // Words, without scales or blocks; their factor; no word without a position; no positions, token types or distances.
      ...[0, -1, -1, 0, bits(1), -1, -1, -1, -1],
      ...[...noNorm, ...noNorm],
      // No layers; one pooling, no dense layers, scaled to length 1.
      ...[0, 1, 3, 0, 1],
    ]);
    expect(tensors).toHaveLength(1);
    expect(tensors[0]).toMatchObject({ type: dataType.float, rows: 3, columns: 2 });
    expect(numbersOf(tensors[0].data)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('words in half precision and in eight bits with a scale for each go as they are', () => {
    const half = makeTensor('h', dataType.float16, [2, 2], Uint16Array.of(1, 2, 3, 4));
    expect(tensorAt(described({ words: { values: half } }), 0)).toMatchObject({ type: dataType.float16, rows: 2 });
    const scaled = described({
      words: { values: int8('i', [2, 2], [1, -2, 3, -4]), rowScales: Float32Array.of(0.5, 2) },
    });
    expect(afterSizes(scaled).slice(0, 4)).toEqual([0, 1, -1, 0]);
    expect(tensorAt(scaled, 0)).toMatchObject({ type: dataType.int8, rows: 2, columns: 2 });
    expect(tensorAt(scaled, 1)).toMatchObject({ rows: 1, columns: 2 });
    expect(numbersOf(tensorAt(scaled, 1).data)).toEqual([0.5, 2]);
  });

  test('words of another type become floats', () => {
    const doubles = makeTensor('d', dataType.double, [1, 2], Float64Array.of(0.25, -3));
    const [words] = described({ words: { values: doubles } }).tensors;
    expect([words.type, ...numbersOf(words.data)]).toEqual([dataType.float, 0.25, -3]);
  });
});

describe('words with one scale and zero point for all', () => {
  /** What the core makes of them: code · scale · factor + what is added to every token. */
  const meant = (description: NativeDescription, factor: number) => {
    const [words, scales, , , , , , tokenType] = afterSizes(description);
    const codes = [...new Int8Array(tensorAt(description, words).data)];
    const rows = numbersOf(tensorAt(description, scales).data);
    const added = tokenType === -1 ? [0, 0] : numbersOf(tensorAt(description, tokenType).data);
    return codes.map((code, i) => code * rows[Math.floor(i / 2)] * factor + added[i % 2]);
  };

  test.each([
    ['uint8, zero point 130', uint8('w', [2, 2], [130, 0, 255, 129]), 130, [0, -130, 125, -1]],
    ['uint8, zero point 128', uint8('w', [2, 2], [128, 0, 255, 1]), 128, [0, -128, 127, -127]],
    ['uint8, zero point 0', uint8('w', [2, 2], [0, 1, 255, 3]), 0, [0, 1, 255, 3]],
    ['int8, zero point 0', int8('w', [2, 2], [-128, 127, 0, 5]), 0, [-128, 127, 0, 5]],
    ['int8, zero point -3', int8('w', [2, 2], [-128, 127, 0, -3]), -3, [-125, 130, 3, 0]],
  ])('%s: the numbers are those of the file', (_, values, zeroPoint, differences) => {
    const words = { values, uniform: { scale: 0.5, zeroPoint } };
    expect(meant(described({ words }), 1)).toEqual(differences.map((difference) => difference * 0.5));
    expect(meant(described({ words, wordFactor: 4 }), 4)).toEqual(differences.map((difference) => difference * 2));
    const tokenType = Float32Array.of(10, 20);
    expect(meant(described({ words, tokenType }), 1)).toEqual(
      differences.map((difference, i) => difference * 0.5 + tokenType[i % 2]),
    );
    expect([...tokenType]).toEqual([10, 20]);
  });

  test('around 128 add nothing', () => {
    const words = { values: uint8('w', [1, 2], [128, 0]), uniform: { scale: 0.5, zeroPoint: 128 } };
    expect(afterSizes(described({ words }))[7]).toBe(-1);
  });
});

describe('positions and distances', () => {
  const table = { values: floats('positions', [6, 2], [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]) };

  test('the first token has the first row that counts', () => {
    const description = described({ positions: { table, first: 2 } }, 3);
    const [, , , , , uncounted, positions] = afterSizes(description);
    expect(uncounted).toBe(-1);
    expect(numbersOf(tensorAt(description, positions).data)).toEqual([20, 21, 30, 31, 40, 41]);
    expect(tensorAt(description, positions)).toMatchObject({ rows: 3, columns: 2 });
  });

  test('a word that is not counted has a row of its own behind them', () => {
    const description = described({ positions: { table, first: 2, uncounted: { word: 1, row: 0 } } }, 2);
    const [, , , , , uncounted, positions] = afterSizes(description);
    expect(uncounted).toBe(1);
    expect(numbersOf(tensorAt(description, positions).data)).toEqual([20, 21, 30, 31, 0, 1]);
  });

  test.each([
    [1, [2, 12]],
    [2, [1, 2, 3, 11, 12, 13]],
    [3, [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]],
  ])('biases by distance are cut to texts of %i tokens, around no distance', (tokens, expected) => {
    const relativeBias = Float32Array.of(0, 1, 2, 3, 4, 10, 11, 12, 13, 14);
    const description = described({ relativeBias }, tokens);
    const bias = tensorAt(description, afterSizes(description)[8]);
    expect(bias).toMatchObject({ rows: 2, columns: 2 * tokens - 1 });
    expect(numbersOf(bias.data)).toEqual(expected);
  });

  test('slopes grow with every token between, on both sides alike', () => {
    const description = described({ distanceSlopes: Float32Array.of(-0.5, -0.25) }, 3);
    const bias = tensorAt(description, afterSizes(description)[8]);
    expect(numbersOf(bias.data)).toEqual([-1, -0.5, -0, -0.5, -1, -0.5, -0.25, -0, -0.25, -0.5]);
  });
});

describe('layers', () => {
  const linear = (name: string, more: Partial<EncoderLinear> = {}): EncoderLinear => ({
    ...{ weights: floats(name, [2, 3], [1, 2, 3, 4, 5, 6]), transposed: false, firstColumn: 0 },
    ...more,
  });
  const shared = linear('shared', { bias: floats('b', [3], [7, 8, 9]) });
  const layer: EncoderLayer = {
    ...{ query: shared, key: { ...shared, firstColumn: 1 }, value: { ...shared, firstColumn: 2 } },
    ...{ out: linear('out'), up: linear('up'), down: linear('down', { transposed: true, firstColumn: 4 }) },
    ...{ window: 64, causal: true },
  };
  /** The words of one layer: those behind the two norms and the count. */
  const wordsOf = (description: NativeDescription) => [...description.words].slice(13 + 9 + 8 + 1, -4);

  test('are written part by part, one tensor once', () => {
    const description = described({ layers: [layer] });
    const [w, b] = [1, 2];
    expect(wordsOf(description)).toEqual([
      ...noNorm,
      // Weights, scale, zero points, block; transposed, first column; bias and its first column; factor.
      ...[w, -1, -1, 0, 0, 0, b, 0, -1],
      ...[w, -1, -1, 0, 0, 1, b, 1, -1],
      ...[w, -1, -1, 0, 0, 2, b, 2, -1],
      ...[...noNorm, ...noNorm],
      ...[3, -1, -1, 0, 0, 0, -1, 0, -1],
      ...[...noNorm, ...noNorm],
      ...[4, -1, -1, 0, 0, 0, -1, 0, -1],
      ...[5, -1, -1, 0, 1, 4, -1, 0, -1],
      ...noNorm,
      ...[-1, 64, 1],
    ]);
    expect(description.tensors).toHaveLength(6);
  });

  test('have a gate between the two others, a rotation, and factors of their inputs', () => {
    const rotation = Float32Array.of(0.125);
    const gate = linear('gate', { factor: floats('f', [2], [3, 4]) });
    const description = described({ headWidth: 2, layers: [{ ...layer, gate, rotation }] });
    const words = wordsOf(description).slice(-4 - 3 - 9 - 9);
    const [weights, , , , , , bias, , factor] = words;
    expect([bias, tensorAt(description, factor).columns, ...numbersOf(tensorAt(description, factor).data)]).toEqual([
      ...[-1, 2, 3, 4],
    ]);
    expect(tensorAt(description, weights)).toMatchObject({ rows: 2, columns: 3 });
    const angles = tensorAt(description, words.at(-3) ?? -1);
    expect([angles.rows, angles.columns, ...numbersOf(angles.data)]).toEqual([1, 1, 0.125]);
  });

  test('norms have their epsilon by its bits, and may do without a beta', () => {
    const gamma = floats('gamma', [2], [1, 1]);
    const beta = floats('beta', [2], [0, 0]);
    const description = described({
      embeddingNorm: { gamma, beta, epsilon: 1e-12, rms: false },
      finalNorm: { gamma, epsilon: 1e-6, rms: true },
    });
    expect([...description.words].slice(13 + 9, 13 + 9 + 8)).toEqual([1, 2, bits(1e-12), 0, 1, -1, bits(1e-6), 1]);
    expect(tensorAt(description, 1)).toMatchObject({ rows: 1, columns: 2 });
  });

  test('eight bits with a scale for each column keep both', () => {
    const weights = int8('w', [2, 3], [1, -2, 3, 4, 5, -128]);
    const scale = Float32Array.of(1, 2, 3);
    const description = described({ layers: [{ ...layer, out: linear('', { weights, scale }) }] });
    const at = description.tensors.findIndex(({ type }) => type === dataType.int8);
    expect([...new Int8Array(tensorAt(description, at).data)]).toEqual([1, -2, 3, 4, 5, -128]);
    expect(numbersOf(tensorAt(description, at + 1).data)).toEqual([1, 2, 3]);
  });
});

describe('weights in blocks', () => {
  /** Two rows of three numbers in blocks of two: codes of four bits, the first of a byte in its low half. */
  const four: StoredBlocks = {
    ...{ dims: [2, 3], bits: 4, blockSize: 2 },
    codes: uint8('codes', [2, 2], [0x98, 0x0f, 0x70, 0x08]),
    scales: floats('scales', [4], [1, 10, 2, 100]),
    zeroPoints: uint8('zeros', [2], [0x88, 0x87]),
  };
  const eight: StoredBlocks = {
    ...{ dims: [1, 2], bits: 8, blockSize: 2 },
    codes: uint8('codes', [1, 2], [130, 127]),
    scales: floats('scales', [1], [0.5]),
  };
  const linearOf = (weights: StoredBlocks) => ({ weights, transposed: true, firstColumn: 0 });
  const layerOf = (weights: StoredBlocks): EncoderLayer => {
    const linear = linearOf(weights);
    return {
      ...{ query: linear, key: linear, value: linear, out: linear, up: linear, down: linear },
      ...{ window: 0, causal: false },
    };
  };

  test('of four bits go as they are, also those of words', () => {
    const description = described({ words: { values: four } });
    expect(afterSizes(description).slice(0, 4)).toEqual([0, 1, 2, 2]);
    const [codes, scales, zeros] = description.tensors;
    expect(codes).toMatchObject({ type: dataType.uint4, rows: 2, columns: 4 });
    expect(scales).toMatchObject({ type: dataType.float, rows: 2, columns: 2 });
    expect(zeros).toMatchObject({ type: dataType.uint4, rows: 2, columns: 2 });
    expect([...codes.data]).toEqual([0x98, 0x0f, 0x70, 0x08]);
  });

  test('of eight bits go as they are for words, and as floats for layers, once for all that share them', () => {
    const asWords = described({ words: { values: eight } });
    expect(afterSizes(asWords).slice(0, 4)).toEqual([0, 1, -1, 2]);
    expect(asWords.tensors[0]).toMatchObject({ type: dataType.uint8, rows: 1, columns: 2 });
    const asLayers = described({ layers: [layerOf(eight)] });
    expect(asLayers.tensors).toHaveLength(2);
    expect(asLayers.tensors[1]).toMatchObject({ type: dataType.float, rows: 1, columns: 2 });
    expect(numbersOf(asLayers.tensors[1].data)).toEqual([1, -0.5]);
  });
});
