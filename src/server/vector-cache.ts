import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** A vector with the tokens that its text has. */
export interface CachedVector {
  readonly vector: Float32Array;
  readonly tokens: number;
  readonly isTruncated: boolean;
}

/** Embeds texts that are not known yet: a result for each, in their order. */
export type EmbedMissing = (texts: readonly string[], signal: AbortSignal) => Promise<readonly CachedVector[]>;

/** Texts that are being embedded for one or more requests. */
interface Flight {
  readonly result: Promise<readonly CachedVector[]>;
  /** Ends it; whoever asks for the same texts later starts another. */
  readonly cancel: (reason: unknown) => void;
  waiting: number;
}

/** What a cached vector takes besides its numbers. */
const overheadBytes = 200;

/**
 * Vectors of recent texts, within a bound of bytes. A text that several requests ask for at the same time is embedded
 * once; it goes on as long as one of them still waits.
 */
export class VectorCache {
  readonly #vectors: LRUCache<string, CachedVector>;
  readonly #flights = new Map<string, { readonly flight: Flight; readonly place: number }>();
  hits = 0;
  misses = 0;

  constructor(maxBytes: number) {
    this.#vectors = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ vector }) => vector.byteLength + overheadBytes,
    });
  }

  get bytes(): number {
    return this.#vectors.calculatedSize;
  }

  /**
   * Returns vectors from the cache, and computes those that are missing.
   *
   * @param scope what the vector depends on besides its text: model, prompt, dimensions
   */
  async get(
    scope: string,
    texts: readonly string[],
    embed: EmbedMissing,
    signal: AbortSignal | undefined,
  ): Promise<readonly CachedVector[]> {
    const keys = texts.map((text) => createHash('sha256').update(`${scope}\0${text}`).digest('base64'));
    const known = keys.map((key) => this.#vectors.get(key));
    const missing = [...new Set(keys.filter((key, i) => known[i] === undefined && !this.#flights.has(key)))];
    this.hits += known.filter(Boolean).length;
    this.misses += missing.length;
    if (missing.length > 0) {
      this.#start(
        missing,
        missing.map((key) => texts[keys.indexOf(key)]),
        embed,
      );
    }
    const awaited = keys.map((key, i) => (known[i] === undefined ? this.#flights.get(key) : undefined));
    const flights = [...new Set(awaited.flatMap((entry) => (entry === undefined ? [] : [entry.flight])))];
    await Promise.all(flights.map((flight) => wait(flight, signal)));
    const results = new Map(await Promise.all(flights.map(async (flight) => [flight, await flight.result] as const)));
    return keys.map((_, i) => {
      const entry = awaited[i];
      return (
        known[i] ?? (results.get((entry as NonNullable<typeof entry>).flight)?.[entry?.place ?? 0] as CachedVector)
      );
    });
  }

  #start(keys: readonly string[], texts: readonly string[], embed: EmbedMissing): void {
    const controller = new AbortController();
    const result = embed(texts, controller.signal);
    const land = () => {
      for (const key of keys) {
        if (this.#flights.get(key)?.flight === flight) {
          this.#flights.delete(key);
        }
      }
    };
    const cancel = (reason: unknown) => {
      land();
      controller.abort(reason);
    };
    const flight: Flight = { result, cancel, waiting: 0 };
    keys.forEach((key, place) => {
      this.#flights.set(key, { flight, place });
    });
    result.then((vectors) => {
      land();
      keys.forEach((key, i) => {
        this.#vectors.set(key, vectors[i]);
      });
    }, land);
  }
}

/** Waits for a flight; the last one who leaves ends it. */
async function wait(flight: Flight, signal: AbortSignal | undefined): Promise<void> {
  flight.waiting++;
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal?.reason);
    signal?.addEventListener('abort', leave);
  });
  try {
    await Promise.race([flight.result, left]);
  } finally {
    signal?.removeEventListener('abort', leave);
    flight.waiting--;
    if (flight.waiting === 0 && signal?.aborted) {
      flight.cancel(signal.reason);
    }
  }
}
