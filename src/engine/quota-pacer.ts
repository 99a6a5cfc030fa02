import { setTimeout } from 'node:timers/promises';
import { unlessCancelled } from '../base/index.js';
import type { Engine, RunOptions, TokenBatch } from './engine.js';
import { engineWith } from './engine-with.js';

/**
 * A CPU quota is granted in periods of 0.1 s: whoever uses it up stands still until the next one begins, 50 ms at half a
 * CPU, 90 ms at a tenth, and a short text in the middle of it stands still, too. Spreading the same CPU time evenly does
 * the same work and lets no text wait long. The pacer is a leaky bucket of CPU time: it fills at the quota's rate, and
 * what the process uses flows out.
 */
export class QuotaPacer {
  readonly #rate: number;
  readonly #clock: Clock;
  #wall: number;
  #cpu: number;
  /** Milliseconds of CPU time that may be used now; a debt if negative. */
  #saved = burstMs;

  /** @param quota CPUs' worth of time */
  constructor(quota: number, clock: Clock = processClock) {
    this.#rate = quota * usedShare;
    this.#clock = clock;
    this.#wall = clock.wallMs();
    this.#cpu = clock.cpuMs();
  }

  /** Notes CPU time that was used outside of this process. */
  spend(ms: number): void {
    this.#saved -= ms;
  }

  /** Milliseconds to wait before more work may begin; 0 if it may at once. */
  delayMs(): number {
    const [wall, cpu] = [this.#clock.wallMs(), this.#clock.cpuMs()];
    const saved = this.#saved + (wall - this.#wall) * this.#rate - (cpu - this.#cpu);
    // What goes beyond a period has been waited for by force already.
    this.#saved = Math.max(-periodMs * this.#rate, Math.min(burstMs, saved));
    this.#wall = wall;
    this.#cpu = cpu;
    return this.#saved >= -graceMs * this.#rate ? 0 : -this.#saved / this.#rate;
  }
}

export interface Clock {
  readonly wallMs: () => number;
  /** CPU time of the whole process. */
  readonly cpuMs: () => number;
}

const processClock: Clock = {
  wallMs: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** The kernel's default. */
const periodMs = 100;
/** CPU time that may be used at once after a rest, so that what comes now and then is not slowed. */
const burstMs = 10;
/** A wait is worth its wake-up, and a text in two or three waits at all, if it is about this long at least. */
const graceMs = 10;
/** The kernel hands the quota to CPUs in slices and does not get all of them back; the rest is for that. */
const usedShare = 0.95;

/** Paces an engine that does not pace its own batches: calls start no faster than a quota lets them run. */
export function pacedEngine(engine: Engine, quota: number): Engine {
  const pacer = new QuotaPacer(quota);
  const paced =
    <Method extends 'embed' | 'hiddenStates'>(method: Method) =>
    async (batch: TokenBatch, options?: RunOptions) => {
      const delay = pacer.delayMs();
      if (delay > 0) {
        // Cancelled or not: what is to be said of it, the engine says.
        await unlessCancelled(setTimeout(delay), options?.signal, 'embedding').catch(() => undefined);
      }
      return engine[method](batch, options);
    };
  return engineWith(engine, { embed: paced('embed'), hiddenStates: paced('hiddenStates') });
}
