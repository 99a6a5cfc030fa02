import { expect, test } from 'vitest';
import { cosine, randomNumbers } from '../numbers/index.js';
import { bagsOf, weightedRows } from './bags.js';
import { cosineSteps } from './cosine-steps.js';

const [tokens, texts, width] = [30, 400, 8];
const random = randomNumbers(5);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
const offsets = Int32Array.from({ length: texts + 1 }, (_, i) => 4 * i);
const ids = Int32Array.from({ length: 4 * texts }, () => Math.floor((tokens - 1) * random()));
const bags = bagsOf({ ids, offsets }, tokens);
const truth = numbers(tokens * width);
const lengths = Float32Array.from({ length: texts }, () => 0.1 + 5 * random());
const data = weightedRows(bags, truth, width).map((value, i) => value * lengths[Math.floor(i / width)]);
const targets = { data, rows: texts, columns: width };
const noise = numbers(tokens * width);
const start = truth.map((value, i) => value + noise[i]);

const meanCosine = (vectors: Float32Array) => {
  const found = weightedRows(bags, vectors, width);
  const row = (values: Float32Array, text: number) => values.subarray(text * width, (text + 1) * width);
  return (
    Array.from({ length: texts }, (_, text) => cosine(row(found, text), row(data, text))).reduce((a, b) => a + b) /
    texts
  );
};

test('texts turn towards their targets, however long these are', () => {
  const moved = cosineSteps({ bags, targets, start });
  expect(meanCosine(moved)).toBeGreaterThan(meanCosine(start) + 0.3 * (1 - meanCosine(start)));
});

test('what is right already stays nearly so', () => {
  expect(meanCosine(cosineSteps({ bags, targets, start: truth }))).toBeGreaterThan(0.999);
});

test('tokens of no text stay, and the same input gives the same', () => {
  const [one, two] = [1, 2].map(() => cosineSteps({ bags, targets, start }));
  expect(one).toEqual(two);
  expect(one.subarray((tokens - 1) * width)).toEqual(start.subarray((tokens - 1) * width));
});

test('texts and targets without length pull nowhere', () => {
  const none = { data: new Float32Array(texts * width), rows: texts, columns: width };
  expect(cosineSteps({ bags, targets: none, start })).toEqual(start);
  expect(cosineSteps({ bags, targets, start: new Float32Array(tokens * width) }).every((value) => value === 0)).toBe(
    true,
  );
});
