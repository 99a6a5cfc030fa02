/**
 * The indices of `values` in ascending order of value; equal values keep their order, -0 equals 0, NaN comes last.
 * A radix sort on the bit patterns, 16 bits a pass: linear in time, so that millions of similarities can be ranked.
 */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array {
  const count = values.length;
  const words = new Uint32Array(sortableCopy(values).buffer);
  let order = Uint32Array.from({ length: count }, (_, i) => i);
  let next = new Uint32Array(count);
  const starts = new Uint32Array(0x10000);
  for (let digit = 0; digit < 4; digit++) {
    const word = digit >>> 1;
    const shift = (digit & 1) * 16;
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      starts[(words[2 * i + word] >>> shift) & 0xffff]++;
    }
    if (starts[(words[word] >>> shift) & 0xffff] === count) {
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
      next[starts[(words[2 * index + word] >>> shift) & 0xffff]++] = index;
    }
    [order, next] = [next, order];
  }
  return order;
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
