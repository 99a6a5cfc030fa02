import { numpyShuffled } from './numpy-shuffle.js';

/** MTEB's, for all that is random. */
const seed = 42;

/**
 * Returns the training items of each of MTEB's experiments: up to so many of each label, in a random order that goes
 * on from that of the experiment before. They are the very ones that MTEB draws.
 *
 * @param labels of all training items
 */
export function drawExamples(labels: readonly number[], experiments: number, examplesPerLabel: number): number[][] {
  let order = labels.map((_, i) => i);
  return Array.from({ length: experiments }, () => {
    order = numpyShuffled(order, seed);
    const taken = new Map<number, number>();
    return order.filter((i) => {
      const count = (taken.get(labels[i]) ?? 0) + 1;
      taken.set(labels[i], count);
      return count <= examplesPerLabel;
    });
  });
}
