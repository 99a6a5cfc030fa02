import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import { type Likeness, measureLikeness } from '../evaluate/index.js';
import { type Matrix, randomNumbers, shuffled } from '../numbers/index.js';
import type { AlgebraThreads } from './algebra.js';
import { type Bags, someBags, weightedRows } from './bags.js';
import { evenedColumns } from './even-columns.js';

/** What token vectors are tuned with. */
export interface TuningTexts {
  readonly bags: Bags;
  /** [texts × width] what the teacher makes of them, along the student's axes. */
  readonly targets: Matrix;
}

export interface Tuned {
  /** [tokens × width] */
  readonly vectors: Float32Array;
  readonly ridge: number;
  /** Of the held-out texts, before and after; undefined where there are too few texts to hold some out. */
  readonly heldOut?: { readonly before: Likeness; readonly after: Likeness };
}

export interface TuneOptions extends TaskOptions {
  /** No tuning comes after this: columns are evened. Vectors that are tuned on must keep to the axes of their targets. */
  readonly isLast: boolean;
}

/** From the strongest hold on the start to the weakest: of two that do as well, the stronger loses less elsewhere. */
const ridges = [0.3, 0.1, 0.03];
/** The start is longer than fits best by this: what few texts say then weighs less against it. */
const startFactor = 1.5;
const steps = 25;
/** The first columns, which say most, choose the ridge in a fraction of the time. */
const trialColumns = 64;
/** Share of the texts that are held out, and how many at most. */
const heldOutShare = 0.05;
const mostHeldOut = 1000;
const fewestHeldOut = 30;

/**
 * Tunes token vectors so that the means over texts come near to what the teacher makes of the texts: by least squares, then by
 * their directions alone. How much they are held to their start is chosen on texts that are held out; then all texts are used.
 *
 * @param start [tokens × width] where the vectors start, along the same axes as the targets
 */
export async function tune(
  { bags, targets }: TuningTexts,
  start: Matrix,
  algebra: AlgebraThreads,
  { isLast, signal, onProgress }: TuneOptions,
): Promise<Tuned> {
  const { columns: width } = start;
  const scaled: Matrix = { ...start, data: fittedLength(bags, start, targets) };
  const [heldOut, others] = split(bags.texts);
  const isSplit = heldOut.length >= fewestHeldOut;
  const total = (isSplit ? ridges.length : 0) + 1;
  const tell = (done: number) => onProgress?.({ stage: 'Tuning token vectors', done, total, unit: 'fits' });
  const trial = { bags: someBags(bags, heldOut), targets: someRows(targets, heldOut) };
  const kept = { bags: someBags(bags, others), targets: someRows(targets, others) };
  tell(0);
  const ridge = isSplit ? await chooseRidge(kept, trial, scaled, algebra, { signal, onFit: tell }) : ridges[0];
  const fitted = async (texts: TuningTexts) => {
    const problem = { bags: texts.bags, start: scaled.data, width, ridge, steps };
    const near = await algebra.ridge({ ...problem, targets: texts.targets.data });
    throwIfCancelled(signal, 'distilling');
    const turned = await algebra.cosine({ bags: texts.bags, targets: texts.targets, start: near });
    return isLast ? evenedColumns(texts.bags, turned, width) : turned;
  };
  const vectors = await fitted({ bags, targets });
  tell(total);
  if (!isSplit) {
    return { vectors, ridge };
  }
  const before = await likeness(trial, scaled.data, signal);
  return { vectors, ridge, heldOut: { before, after: await likeness(trial, await fitted(kept), signal) } };
}

async function chooseRidge(
  kept: TuningTexts,
  trial: TuningTexts,
  start: Matrix,
  algebra: AlgebraThreads,
  { signal, onFit }: { readonly signal?: AbortSignal; readonly onFit: (done: number) => void },
): Promise<number> {
  const width = Math.min(trialColumns, start.columns);
  const [targets, first] = [firstColumns(kept.targets, width), firstColumns(start, width)];
  let best = { ridge: ridges[0], overlap: Number.NEGATIVE_INFINITY };
  for (const [i, ridge] of ridges.entries()) {
    throwIfCancelled(signal, 'distilling');
    const vectors = await algebra.ridge({
      bags: kept.bags,
      targets: targets.data,
      start: first.data,
      width,
      ridge,
      steps,
    });
    const { topKOverlap: overlap } = await likeness(trial, vectors, signal);
    onFit(i + 1);
    if (overlap > best.overlap + leastGain) {
      best = { ridge, overlap };
    }
  }
  return best.ridge;
}

/**
 * Measures how close a student comes to its teacher on texts that it was not tuned with.
 *
 * @param vectors of tokens, in all columns of the targets or the first of them
 */
function likeness(
  { bags, targets }: TuningTexts,
  vectors: Float32Array,
  signal: AbortSignal | undefined,
): Promise<Likeness> {
  const columns = vectors.length / bags.tokens;
  const student = { data: weightedRows(bags, vectors, columns), rows: bags.texts, columns };
  return measureLikeness(targets, student, { signal });
}

/** What chance alone may bring. */
const leastGain = 0.002;

/** Scales the start to the length that fits the targets best, times a factor. */
function fittedLength(bags: Bags, start: Matrix, targets: Matrix): Float32Array {
  const means = weightedRows(bags, start.data, start.columns);
  let [along, squares] = [0, 0];
  for (let i = 0; i < means.length; i++) {
    along += means[i] * targets.data[i];
    squares += means[i] * means[i];
  }
  const scale = squares > 0 && along > 0 ? (startFactor * along) / squares : 1;
  return start.data.map((value) => value * scale);
}

/** Splits texts into [held out, others], in the same way for the same number of texts. */
function split(texts: number): [Int32Array, Int32Array] {
  const order = shuffled(
    Array.from({ length: texts }, (_, i) => i),
    randomNumbers(texts),
  );
  const count = Math.min(mostHeldOut, Math.floor(texts * heldOutShare));
  return [Int32Array.from(order.slice(0, count)), Int32Array.from(order.slice(count)).sort()];
}

function someRows({ data, columns }: Matrix, rows: Int32Array): Matrix {
  const out = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    out.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { data: out, rows: rows.length, columns };
}

function firstColumns({ data, rows, columns }: Matrix, width: number): Matrix {
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    out.set(data.subarray(row * columns, row * columns + width), row * width);
  }
  return { data: out, rows, columns: width };
}
