import { expect, test } from 'vitest';
import { randomNumbers } from '../numbers/index.js';
import { bagsOf, someBags, transposed, weightedRows } from './bags.js';
import { ridgeFit } from './conjugate-gradients.js';

const batch = { ids: Int32Array.of(2, 0, 2, 1, 1, 3), offsets: Int32Array.of(0, 3, 3, 6) };
const bags = bagsOf(batch, 5);

test('texts as shares of their tokens', () => {
  expect([...bags.starts]).toEqual([0, 2, 2, 4]);
  expect([...bags.columns]).toEqual([0, 2, 1, 3]);
  expect([...bags.shares].map((share) => share.toFixed(4))).toEqual(['0.3333', '0.6667', '0.6667', '0.3333']);
});

test('the same by tokens, and of some texts', () => {
  const back = transposed(bags);
  expect([...back.starts]).toEqual([0, 1, 2, 3, 4, 4]);
  expect([...back.columns]).toEqual([0, 2, 0, 2]);
  const some = someBags(bags, Int32Array.of(2));
  expect([...some.columns]).toEqual([1, 3]);
  const rows = Float32Array.of(3, 0, 6, 9, 0, 3, 3, 0, 1, 1);
  expect([...weightedRows(some, rows, 2)].map((value) => value.toFixed(3))).toEqual(['5.000', '6.000']);
});

test('the gradient is 0 where the fit ends, and tokens without texts stay', () => {
  const random = randomNumbers(4);
  const [texts, tokens, width] = [60, 25, 3];
  const offsets = Int32Array.from({ length: texts + 1 }, (_, i) => i * 6);
  const ids = Int32Array.from({ length: texts * 6 }, () => Math.floor(random() * (tokens - 1)));
  const numbers = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
  const problem = { bags: bagsOf({ ids, offsets }, tokens), width, ridge: 0.1, steps: 40 };
  const [targets, start] = [numbers(texts * width), numbers(tokens * width)];
  const fitted = ridgeFit({ ...problem, targets, start });
  const missed = weightedRows(problem.bags, fitted, width).map((value, i) => value - targets[i]);
  const gradient = weightedRows(transposed(problem.bags), missed, width).map(
    (value, i) => value + problem.ridge * (fitted[i] - start[i]),
  );
  expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-5);
  expect(fitted.slice(-width)).toEqual(start.slice(-width));
  // A token with a ridge beyond all measure stays, too.
  const held = ridgeFit({ ...problem, targets, start, ridge: 1e9 });
  held.forEach((value, i) => {
    expect(value).toBeCloseTo(start[i], 6);
  });
});

test('two tokens that share no text: each is the weighted mean of target and start', () => {
  const apart = bagsOf({ ids: Int32Array.of(0, 1, 1, 0, 2), offsets: Int32Array.of(0, 1, 3, 5) }, 4);
  const only = someBags(apart, Int32Array.of(0, 1));
  const [targets, start] = [Float32Array.of(5, -3, 7, 1), Float32Array.of(1, 1, 2, 2, 9, 9, 8, 8)];
  const fitted = ridgeFit({ bags: only, targets, start, width: 2, ridge: 0.5, steps: 3 });
  // (1 · target + 0.5 · start) / 1.5
  [5.5 / 1.5, -2.5 / 1.5, 8 / 1.5, 2 / 1.5, 9, 9, 8, 8].forEach((value, i) => {
    expect(fitted[i]).toBeCloseTo(value, 5);
  });
});

test('two tokens in one text share what it misses', () => {
  const both = bagsOf({ ids: Int32Array.of(0, 1), offsets: Int32Array.of(0, 2) }, 2);
  const problem = { bags: both, targets: Float32Array.of(4), start: Float32Array.of(1, -1), width: 1, steps: 5 };
  // x = start + b (y − b start) / (b b + ridge), b = (1/2, 1/2)
  const [first, second] = ridgeFit({ ...problem, ridge: 0.5 });
  expect([first, second]).toEqual([expect.closeTo(3, 5), expect.closeTo(1, 5)]);
});

test('one token with one text: the mean of target and start, weighed by the ridge', () => {
  const one = bagsOf({ ids: Int32Array.of(0), offsets: Int32Array.of(0, 1) }, 1);
  for (const [ridge, expected] of [
    [1, 6],
    [3, 4],
    [1e9, 2],
  ]) {
    // (10 + ridge · 2) / (1 + ridge)
    const [x] = ridgeFit({
      bags: one,
      targets: Float32Array.of(10),
      start: Float32Array.of(2),
      width: 1,
      ridge,
      steps: 3,
    });
    expect(x).toBeCloseTo(expected, 4);
  }
});

test('a token that is half of its text counts by a half', () => {
  const half = bagsOf({ ids: Int32Array.of(0, 1), offsets: Int32Array.of(0, 2) }, 2);
  const problem = { bags: half, targets: Float32Array.of(3), start: new Float32Array(2), width: 1, steps: 5 };
  // Both rows are alike: x = b y / (2 b² + ridge), with b = 1/2.
  const found = ridgeFit({ ...problem, ridge: 0.25 });
  expect(found[0]).toBeCloseTo(1.5 / 0.75, 5);
  expect(found[1]).toBeCloseTo(1.5 / 0.75, 5);
});

test('columns do not depend on each other: so they can be shared out', () => {
  const random = randomNumbers(9);
  const numbers = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
  const [targets, start] = [numbers(3 * 4), numbers(5 * 4)];
  const together = ridgeFit({ bags, targets, start, width: 4, ridge: 0.2, steps: 6 });
  for (let c = 0; c < 4; c++) {
    const column = (all: Float32Array) => all.filter((_, i) => i % 4 === c);
    const alone = ridgeFit({ bags, targets: column(targets), start: column(start), width: 1, ridge: 0.2, steps: 6 });
    expect(column(together)).toEqual(alone);
  }
});

test('where the start fits already, and where there are no texts, it is left', () => {
  const start = Float32Array.of(1, 2, 3, 4, 5);
  const exact = ridgeFit({ bags, targets: weightedRows(bags, start, 1), start, width: 1, ridge: 0.1, steps: 9 });
  expect(exact).toEqual(start);
  const none = bagsOf({ ids: Int32Array.of(), offsets: Int32Array.of(0) }, 5);
  expect(ridgeFit({ bags: none, targets: new Float32Array(), start, width: 1, ridge: 0.1, steps: 9 })).toEqual(start);
});
