import { describe, expect, test } from 'vitest';
import { checkOptions } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { rankOptionChecks, rerankerOptionChecks, scoreOptionChecks } from './rerank-options.js';
import { rankedTexts } from './reranker.js';
import { activate, activationOf } from './score-activation.js';

describe('texts are ranked', () => {
  const order = (scores: readonly number[], topN?: number) =>
    rankedTexts(
      scores.map((_, i) => `t${i}`),
      Float32Array.from(scores),
      topN,
    ).map(({ index }) => index);

  test.each([
    [[], undefined, []],
    [[5], undefined, [0]],
    [[1, 3, 2], undefined, [1, 2, 0]],
    [[1, 1, 2, 1], undefined, [2, 0, 1, 3]],
    [[-1, 0, -0, -2], undefined, [1, 2, 0, 3]],
    [[1, 3, 2], 2, [1, 2]],
    [[1, 3, 2], 9, [1, 2, 0]],
  ])('scores %j, the best %s: %j', (scores, topN, expected) => {
    expect(order(scores, topN)).toEqual(expected);
  });

  test('by the numbers that scores were made from, where those became equal', () => {
    const numbers = Float32Array.of(20, 40, -3, 30);
    const scores = activate(numbers, 'sigmoid');
    expect([...scores.slice(0, 2), scores[3]]).toEqual([1, 1, 1]);
    const ranked = rankedTexts(['a', 'b', 'c', 'd'], scores, 3, numbers);
    expect(ranked.map(({ text, score }) => [text, score])).toEqual([
      ['b', 1],
      ['d', 1],
      ['a', 1],
    ]);
  });

  test('each with its place, its score and its text', () => {
    expect(rankedTexts(['a', 'b'], Float32Array.of(0.25, 0.5))).toEqual([
      { index: 1, score: 0.5, text: 'b' },
      { index: 0, score: 0.25, text: 'a' },
    ]);
  });
});

describe('scores', () => {
  test('go through a sigmoid, from 0 to 1', () => {
    const scores = activate(Float32Array.of(0, 1000, -1000, Math.log(3), -Math.log(3)), 'sigmoid');
    expect([...scores].map((score) => Number(score.toFixed(6)))).toEqual([0.5, 1, 0, 0.75, 0.25]);
  });

  test('or stay as they are', () => {
    expect(activate(Float32Array.of(-7, 3), 'identity')).toEqual(Float32Array.of(-7, 3));
  });

  const files = (scoreActivation?: string) =>
    ({ facts: { scoreActivation }, folder: '/m', onnxPath: '/m/a.onnx' }) as unknown as ModelFiles;

  test('by what the configuration says', () => {
    expect(activationOf(files())).toBe('sigmoid');
    expect(activationOf({ onnxPath: '/a.onnx' } as ModelFiles)).toBe('sigmoid');
    expect(activationOf(files('identity'))).toBe('identity');
    expect(() => activationOf(files('softmax'))).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('"softmax"') }),
    );
  });
});

describe('options', () => {
  test.each([
    [{ activation: 'identity', maxWaitingTexts: 0, maxTokens: 128, workers: 1 }, rerankerOptionChecks],
    [{ topN: 1, overLong: 'error', truncationSide: 'left', reproducible: true }, rankOptionChecks],
    [{ activation: 'sigmoid' }, scoreOptionChecks],
  ])('%j are right', (options, checks) => {
    expect(() => checkOptions<object>(options, checks)).not.toThrow();
  });

  test.each([
    [{ activation: 'softmax' }, rerankerOptionChecks],
    [{ pooling: 'mean' }, rerankerOptionChecks],
    [{ maxWaitingTexts: -1 }, rerankerOptionChecks],
    [{ onReady: 'yes' }, rerankerOptionChecks],
    [{ topN: 0 }, rankOptionChecks],
    [{ overLong: 'chunk' }, rankOptionChecks],
    [{ topN: 3 }, scoreOptionChecks],
  ])('%j are refused', (options, checks) => {
    expect(() => checkOptions<object>(options, checks)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
