import { describe, expect, test } from 'vitest';
import { classActivationOf, classScores } from './class-activation.js';
import { type ClassifierInput, groupsOf } from './classifier.js';

describe('inputs that are tokenized together', () => {
  test.each<[string, ClassifierInput[], (string | undefined)[], string[][], number[]]>([
    ['none', [], [], [], []],
    ['texts', ['a', 'b'], [undefined], [['a', 'b']], [0]],
    [
      'pairs of one query',
      [
        ['q', 'a'],
        ['q', 'b'],
      ],
      ['q'],
      [['a', 'b']],
      [0],
    ],
    ['neighbours alone', [['q', 'a'], 'b', ['q', 'c']], ['q', undefined, 'q'], [['a'], ['b'], ['c']], [0, 1, 2]],
    ['an empty first text is no missing one', [['', 'a'], 'b'], ['', undefined], [['a'], ['b']], [0, 1]],
  ])('%s', (_, inputs, firsts, texts, starts) => {
    const groups = groupsOf(inputs);
    expect(groups.map(({ first }) => first)).toEqual(firsts);
    expect(groups.map((group) => group.texts)).toEqual(texts);
    expect(groups.map(({ start }) => start)).toEqual(starts);
  });
});

describe('the activation', () => {
  const of = (classes: number, problemType?: string) =>
    classActivationOf({ facts: { architectures: [], hasPooling: false, problemType } }, classes);

  test.each([
    [1, undefined, 'sigmoid'],
    [1, 'regression', 'sigmoid'],
    [2, undefined, 'softmax'],
    [3, 'single_label_classification', 'softmax'],
    [3, 'multi_label_classification', 'sigmoid'],
    [3, 'regression', 'identity'],
    [3, 'something else', 'softmax'],
  ])('of %i classes with the problem %s is %s', (classes, problemType, activation) => {
    expect(of(classes, problemType)).toBe(activation);
  });

  test('softmax shares 1 among the classes of each input', () => {
    const scores = classScores(Float32Array.of(Math.log(1), Math.log(3), Math.log(4), 0, 0, 0), 3, 'softmax');
    expect([...scores].map((score) => Number(score.toFixed(6)))).toEqual([
      ...[0.125, 0.375, 0.5],
      ...[0.333333, 0.333333, 0.333333],
    ]);
  });

  test('softmax of numbers far from 0 stays finite, on either side', () => {
    expect([...classScores(Float32Array.of(1e4, 0, -1e4, -2e4), 2, 'softmax')]).toEqual([1, 0, 1, 0]);
    // The largest by size is negative: what is subtracted must be the largest by value.
    const [first, second] = classScores(Float32Array.of(-1000, 10), 2, 'softmax');
    expect([first, second]).toEqual([0, 1]);
  });

  test('the others look at each number by itself', () => {
    expect([...classScores(Float32Array.of(0, 1000), 2, 'sigmoid')]).toEqual([0.5, 1]);
    expect([...classScores(Float32Array.of(-7, 3), 2, 'identity')]).toEqual([-7, 3]);
  });
});
