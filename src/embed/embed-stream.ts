import { checkCallback, OctavecError, type OptionChecks, type TaskOptions } from '../base/index.js';
import { countedFrom } from './counted-from.js';
import { type EmbedOptions, embedOptionChecks, type VectorOptions } from './embed-options.js';
import type { Vectors } from './vectors.js';
import { type WindowLimits, windowsOf } from './windows-of-items.js';

const windowLimits: WindowLimits = { items: 1024, characters: 4 * 1024 * 1024, patienceMs: 20 };

/** Smaller, so that work that is kept window by window is soon kept. */
const reproducibleLimits: WindowLimits = { items: 512, characters: 128 * 1024 };

/** Progress is told in texts of an unknown total. */
export interface StreamOptions<Item> extends VectorOptions, TaskOptions {
  /** The text of an item. Left out, the items are texts. */
  readonly textOf?: (item: Item) => string;
}

export const streamOptionChecks: OptionChecks<StreamOptions<unknown>> = { ...embedOptionChecks, textOf: checkCallback };

/** Some items of a stream, in their order, and their vectors. */
export interface StreamBatch<Item> {
  /** The items of this window, in their order. */
  readonly items: readonly Item[];
  /** Their vectors. */
  readonly vectors: Vectors;
}

/**
 * Embeds a stream in order. Two windows are under way at most, one that the consumer waits for and the next one, and the
 * source is read no further. A window is given out when it is done, whether or not the source has more by then.
 *
 * @param embed what gives the vectors of a window
 */
export async function* embedStream<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  options: StreamOptions<Item>,
  embed: (texts: readonly string[], options: EmbedOptions) => Promise<Vectors>,
): AsyncGenerator<StreamBatch<Item>, void, undefined> {
  const { textOf = (item: Item) => item as string, reproducible = false, onProgress } = options;
  const limits = reproducible ? reproducibleLimits : windowLimits;
  const abandon = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abandon.signal]) : abandon.signal;
  let started = 0;
  let done = 0;
  const start = (items: readonly Item[]) => {
    const first = started;
    started += items.length;
    let doneHere = 0;
    const onDone = (texts: number) => {
      done += texts - doneHere;
      doneHere = texts;
      onProgress?.({ stage: 'Embedding', done, total: Number.POSITIVE_INFINITY, unit: 'texts' });
    };
    const vectors = embed(items.map(textOf), {
      ...options,
      signal,
      onProgress: onProgress && ((event) => onDone(event.done)),
    }).catch((error: unknown) => {
      throw countedFrom(first, error);
    });
    // An error is thrown where the window is awaited; until then it is not "unhandled".
    vectors.catch(() => undefined);
    return { items, vectors };
  };
  const windows = windowsOf(source, (item) => textOf(item)?.length ?? 0, limits, signal);
  let reading: ReturnType<typeof windows.next> | undefined;
  let running: ReturnType<typeof start> | undefined;
  try {
    for (;;) {
      reading ??= windows.next();
      const previous = running;
      running = undefined;
      if (previous !== undefined && (await isSettledFirst(previous.vectors, reading))) {
        yield { items: previous.items, vectors: await previous.vectors };
        continue;
      }
      let failure: { readonly error: unknown } | undefined;
      try {
        const { done, value } = await reading;
        running = done ? undefined : start(value);
      } catch (error) {
        failure = { error };
      }
      reading = undefined;
      if (previous !== undefined) {
        yield { items: previous.items, vectors: await previous.vectors };
      }
      if (failure !== undefined) {
        throw failure.error;
      }
      if (running === undefined) {
        return;
      }
    }
  } finally {
    abandon.abort();
    await windows.return();
  }
}

/** Says whether the first of two promises is fulfilled or rejected when the second is not yet. */
function isSettledFirst(first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
  const settled = (promise: Promise<unknown>, isFirst: boolean) =>
    promise.then(
      () => isFirst,
      () => isFirst,
    );
  return Promise.race([settled(second, false), settled(first, true)]);
}

/**
 * Checks that a value is a stream.
 *
 * @throws USAGE for what is no stream; a string is one of characters, which nobody means
 */
export function checkSource(source: unknown): void {
  const isStream =
    source !== null && typeof source === 'object' && (Symbol.asyncIterator in source || Symbol.iterator in source);
  if (!isStream) {
    throw new OctavecError('USAGE', {
      problem: `The source is ${source === null ? 'null' : typeof source}, and must be an iterable or async iterable of texts`,
      hint: typeof source === 'string' ? 'Put a single text into an array.' : undefined,
    });
  }
}
