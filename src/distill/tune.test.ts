import { describe, expect, test } from 'vitest';
import { type Matrix, randomNumbers } from '../numbers/index.js';
import type { AlgebraThreads } from './algebra.js';
import { bagsOf, weightedRows } from './bags.js';
import type { RidgeProblem } from './conjugate-gradients.js';
import { evenedColumns } from './even-columns.js';
import { type TuningTexts, tune } from './tune.js';

const [tokens, width] = [40, 3];
const random = randomNumbers(4);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
/** What makes the targets exactly, and where tuning starts. */
const truth = numbers(tokens * width);
const start: Matrix = { data: numbers(tokens * width), rows: tokens, columns: width };

/** Texts of five random tokens, and what the truth makes of them. */
function textsOf(count: number): TuningTexts {
  const ids = Int32Array.from({ length: 5 * count }, () => Math.floor(tokens * random()));
  const bags = bagsOf({ ids, offsets: Int32Array.from({ length: count + 1 }, (_, i) => 5 * i) }, tokens);
  return { bags, targets: { data: weightedRows(bags, truth, width), rows: count, columns: width } };
}

/** Finds the truth with some ridges, and goes nowhere with others. */
function algebraThat(finds: (ridge: number) => boolean) {
  const fits: RidgeProblem[] = [];
  const algebra = {
    ridge: async (problem: RidgeProblem) => {
      fits.push(problem);
      return finds(problem.ridge) ? truth : problem.start;
    },
    cosine: async (problem: { readonly start: Float32Array }) => problem.start,
  };
  return { algebra: algebra as unknown as AlgebraThreads, fits };
}

describe('tuning', () => {
  test.each<[string, (ridge: number) => boolean, number]>([
    ['the weakest hold where that alone comes near', (ridge) => ridge === 0.03, 0.03],
    ['the hold between', (ridge) => ridge === 0.1, 0.1],
    ['the strongest of those that do as well', () => true, 0.3],
    ['the strongest where none helps', () => false, 0.3],
  ])('takes %s', async (_, finds, expected) => {
    const { algebra } = algebraThat(finds);
    expect((await tune(textsOf(600), start, algebra, { isLast: false })).ridge).toBe(expected);
  });

  test('chooses and judges on texts that it was not fitted to, and fits to all in the end', async () => {
    const { algebra, fits } = algebraThat(() => true);
    const { vectors, heldOut } = await tune(textsOf(600), start, algebra, { isLast: false });
    expect(fits.map(({ ridge, bags }) => [ridge, bags.texts])).toEqual([
      [0.3, 570],
      [0.1, 570],
      [0.03, 570],
      [0.3, 600],
      [0.3, 570],
    ]);
    expect(vectors).toEqual(truth);
    expect([heldOut?.before.texts, heldOut?.after.texts, heldOut?.after.topKOverlap]).toEqual([30, 30, 1]);
    expect(heldOut?.before.topKOverlap).toBeLessThan(0.9);
  });

  test('holds none out of too few texts, and takes the strongest hold', async () => {
    const { algebra, fits } = algebraThat((ridge) => ridge === 0.03);
    const { ridge, heldOut } = await tune(textsOf(599), start, algebra, { isLast: false });
    expect([ridge, heldOut, fits.length, fits[0].bags.texts]).toEqual([0.3, undefined, 1, 599]);
  });

  test('starts one and a half times as long as fits best, and from where it is if it points away', async () => {
    const scaleFor = async (factor: number) => {
      const { algebra, fits } = algebraThat(() => false);
      const data = truth.map((value) => value * factor);
      await tune(textsOf(20), { ...start, data }, algebra, { isLast: false });
      return fits[0].start[0] / truth[0];
    };
    expect(await scaleFor(0.2)).toBeCloseTo(1.5, 5);
    expect(await scaleFor(7)).toBeCloseTo(1.5, 5);
    expect(await scaleFor(-2)).toBeCloseTo(-2, 5);
  });

  test('evens columns after the last texts only', async () => {
    const texts = textsOf(20);
    const { algebra } = algebraThat(() => true);
    const last = await tune(texts, start, algebra, { isLast: true });
    expect(last.vectors).toEqual(evenedColumns(texts.bags, truth, width));
    expect(last.vectors).not.toEqual(truth);
  });

  test('tells how many fits are done', async () => {
    const seen: (number | undefined)[] = [];
    const { algebra } = algebraThat(() => true);
    await tune(textsOf(600), start, algebra, { isLast: true, onProgress: ({ done, total }) => seen.push(done, total) });
    expect(seen).toEqual([0, 4, 1, 4, 2, 4, 3, 4, 4, 4]);
  });

  test('ends when it is cancelled', async () => {
    const { algebra } = algebraThat(() => true);
    const signal = AbortSignal.abort();
    await expect(tune(textsOf(600), start, algebra, { isLast: true, signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
