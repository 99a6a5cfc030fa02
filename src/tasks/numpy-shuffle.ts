const size = 624;
const middle = 397;

/**
 * Returns a generator of 32-bit numbers, the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded with one
 * number as NumPy's RandomState(seed).
 */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(size);
  state[0] = seed;
  for (let i = 1; i < size; i++) {
    state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }
  let next = size;
  return () => {
    if (next === size) {
      for (let i = 0; i < size; i++) {
        const joined = (state[i] & 0x80000000) | (state[(i + 1) % size] & 0x7fffffff);
        state[i] = state[(i + middle) % size] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      }
      next = 0;
    }
    let y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** Returns the items in the order into which `numpy.random.RandomState(seed).shuffle` brings a list of them. */
export function numpyShuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const shuffled = [...items];
  const random = mersenneTwister(seed);
  for (let i = items.length - 1; i > 0; i--) {
    // The lowest bits that i can have; numbers above i are thrown away.
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j = (random() & mask) >>> 0;
    while (j > i) {
      j = (random() & mask) >>> 0;
    }
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}
