import { describe, expect, test } from 'vitest';
import type { DenseLayer, Head } from '../model/index.js';
import { applyHead, headWidth } from './apply-head.js';
import { checkHead } from './check-head.js';

const head = (changes: Partial<Head> = {}): Head => ({
  ...{ pooling: ['mean'], includePrompt: true, dense: [], normalize: false },
  ...changes,
});
const layer = (outputs: number, weight: readonly number[], rest: Partial<DenseLayer> = {}): DenseLayer => ({
  ...{ inputs: weight.length / outputs, outputs, weight: Float32Array.from(weight), activation: 'identity' },
  ...rest,
});

/** Hidden states of a text: a row for each token. */
function rows(...tokens: readonly (readonly number[])[]) {
  return { data: Float32Array.from(tokens.flat()), start: 0, tokens: tokens.length, width: tokens[0].length };
}

/** Two texts of two and one tokens. */
const texts = [rows([1, 2], [3, 6]), rows([-1, 5])];

describe('the head', () => {
  test('pools each text into its own row', () => {
    expect([...applyHead(head(), texts, [0, 0])]).toEqual([2, 4, -1, 5]);
    expect([...applyHead(head({ pooling: ['cls'] }), texts, [0, 0])]).toEqual([1, 2, -1, 5]);
    expect([...applyHead(head({ pooling: ['cls', 'max'] }), texts, [0, 0])]).toEqual([1, 2, 3, 6, -1, 5, -1, 5]);
  });

  test('leaves out the leading tokens of each text that are those of a prompt', () => {
    expect([...applyHead(head(), texts, [1, 0])]).toEqual([3, 6, -1, 5]);
  });

  test('puts dense layers behind it: weights by rows of outputs, then the bias, then the activation', () => {
    const sum = layer(3, [1, 1, 2, 0, 0, -1], { bias: Float32Array.of(0, 1, 0) });
    // Of [2, 4]: 6, 5, −4; of [−1, 5]: 4, −1, −5.
    expect([...applyHead(head({ dense: [sum] }), texts, [0, 0])]).toEqual([6, 5, -4, 4, -1, -5]);
    const relu = applyHead(head({ dense: [{ ...sum, activation: 'relu' }] }), texts, [0, 0]);
    expect([...relu]).toEqual([6, 5, 0, 4, 0, 0]);
    const two = [{ ...sum, activation: 'relu' as const }, layer(1, [1, 10, 100])];
    expect([...applyHead(head({ dense: two }), texts, [0, 0])]).toEqual([56, 4]);
  });

  test.each<[DenseLayer['activation'], number]>([
    ['identity', 1],
    ['tanh', 0.761594156],
    ['gelu', 0.841344746],
    ['relu', 1],
  ])('%s of 1', (activation, value) => {
    const [found] = applyHead(head({ dense: [layer(1, [1], { activation })] }), [rows([1])], [0]);
    expect(found).toBeCloseTo(value, 6);
  });

  test('normalizes at the end; a vector of zeros stays one', () => {
    const vectors = applyHead(
      head({ normalize: true, dense: [layer(2, [3, 0, 0, 4])] }),
      [rows([1, 1]), rows([0, 0])],
      [0, 0],
    );
    expect([...vectors].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.6, 0.8, 0, 0]);
  });

  test('of no text gives no number', () => {
    expect(applyHead(head(), [], [])).toHaveLength(0);
  });

  test('has the width of the last layer, or of all pooling modes', () => {
    expect(headWidth(head(), 8)).toBe(8);
    expect(headWidth(head({ pooling: ['cls', 'mean'] }), 8)).toBe(16);
    expect(headWidth(head({ dense: [layer(3, [1, 1, 1]), layer(2, [1, 1, 1, 1, 1, 1])] }), 8)).toBe(2);
  });
});

describe('a head fits hidden states', () => {
  const chain = [layer(3, Array(24).fill(0)), layer(2, Array(6).fill(0))];

  test('whose widths meet at each layer', () => {
    expect(() => checkHead(head(), 5, 'm.onnx')).not.toThrow();
    expect(() => checkHead(head({ dense: chain }), 8, 'm.onnx')).not.toThrow();
    expect(() => checkHead(head({ pooling: ['cls', 'mean'], dense: chain }), 4, 'm.onnx')).not.toThrow();
  });

  test.each<[Partial<Head>, number, string]>([
    [{ dense: chain }, 4, 'takes 8 numbers, and gets 4'],
    [{ pooling: ['cls', 'mean'], dense: chain }, 8, 'takes 8 numbers, and gets 16'],
    [{ dense: [chain[0], chain[0]] }, 8, 'takes 8 numbers, and gets 3'],
  ])('%#', (changes, width, why) => {
    expect(() => checkHead(head(changes), width, 'm.onnx')).toThrow(
      expect.objectContaining({ code: 'MODEL_OUTPUT', message: expect.stringContaining(why) }),
    );
  });
});
