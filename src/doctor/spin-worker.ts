import { serveCalls } from '../threads/index.js';
import type { Spinning } from './speed-probe.js';

/** A thread that calculates for a while in units of the same work, and tells how long each of them took. */

/** CPU time of one unit: short against the periods of a quota, long against the clock's resolution. */
const unitMs = 0.5;

/** What comes out of the work is kept, or it would be optimized away. */
const kept = new Int32Array(1);

function work(rounds: number): void {
  let x = 1;
  for (let i = 0; i < rounds; i++) {
    // A linear congruential generator: each step needs the one before.
    x = (Math.imul(x, 1_103_515_245) + 12_345) | 0;
  }
  kept[0] ^= x;
}

/** Rounds of a unit, by the fastest of several tries: the others were interrupted. */
function calibrated(): number {
  const tried = 20_000;
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 100; i++) {
    const start = performance.now();
    work(tried);
    fastest = Math.min(fastest, performance.now() - start);
  }
  return Math.max(1, Math.round((tried * unitMs) / fastest));
}

serveCalls<Spinning>(() => {
  const rounds = calibrated();
  return {
    ready: undefined,
    answers: {
      spin: (seconds) => {
        const units: number[] = [];
        const start = performance.now();
        let last = start;
        while (last - start < 1000 * seconds) {
          work(rounds);
          const now = performance.now();
          units.push(now - last);
          last = now;
        }
        return Float64Array.from(units);
      },
    },
  };
});
