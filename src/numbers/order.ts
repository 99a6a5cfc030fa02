/** From here on fewer passes are worth more counts. */
const manyValues = 20_000;

/**
 * Returns the indices of `values` in ascending order of value; equal values keep their order, -0 equals 0, NaN comes
 * last. A radix sort on the bit patterns: linear in time, so that millions of similarities can be ranked. Many values
 * take 16 bits a pass, few of them 8, for which there are fewer counts to clear.
 */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array {
  const count = values.length;
  const words = new Uint32Array(sortableCopy(values).buffer);
  let order = Uint32Array.from({ length: count }, (_, i) => i);
  let next = new Uint32Array(count);
  const bits = count < manyValues ? 8 : 16;
  const mask = 2 ** bits - 1;
  const starts = new Uint32Array(2 ** bits);
  for (let place = 0; place < 64; place += bits) {
    const word = place >>> 5;
    const shift = place & 31;
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      starts[(words[2 * i + word] >>> shift) & mask]++;
    }
    if (starts[(words[word] >>> shift) & mask] === count) {
      continue;
    }
    let start = 0;
    for (let bucket = 0; bucket < starts.length; bucket++) {
      const size = starts[bucket];
      starts[bucket] = start;
      start += size;
    }
    for (let i = 0; i < count; i++) {
      const index = order[i];
      next[starts[(words[2 * index + word] >>> shift) & mask]++] = index;
    }
    [order, next] = [next, order];
  }
  return order;
}

/** Returns the index of the largest value, the first of several; -1 where there is none but NaN. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let largest = -1;
  for (let i = 0; i < values.length; i++) {
    if (largest < 0 ? !Number.isNaN(values[i]) : values[i] > values[largest]) {
      largest = i;
    }
  }
  return largest;
}

/** Doubles whose bit patterns, read as unsigned 64-bit numbers (low word first), are in the order of the values. */
function sortableCopy(values: ArrayLike<number>): Float64Array {
  const copy = new Float64Array(values.length);
  for (let i = 0; i < copy.length; i++) {
    // Adding 0 turns -0 into 0.
    copy[i] = Number.isNaN(values[i]) ? Number.NaN : values[i] + 0;
  }
  const words = new Uint32Array(copy.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const negative = words[i + 1] >>> 31 === 1 && copy[i >>> 1] < 0;
    words[i] ^= negative ? 0xffffffff : 0;
    words[i + 1] ^= negative ? 0xffffffff : 0x80000000;
  }
  return copy;
}
