import type { VectorOptions } from './embed-options.js';
import type { Vectors } from './vectors.js';
import { type WindowLimits, windowsOf } from './windows-of-items.js';

const windowLimits: WindowLimits = { items: 1024, characters: 4 * 1024 * 1024, patienceMs: 20 };

export interface StreamOptions<Item> extends VectorOptions {
  /** The text of an item. Left out, the items are texts. */
  readonly textOf?: (item: Item) => string;
}

/** Some items of a stream, in their order, and their vectors. */
export interface StreamBatch<Item> {
  readonly items: readonly Item[];
  readonly vectors: Vectors;
}

/**
 * Embeds a stream in order: two windows are under way at most, one that the consumer waits for and the next one, and
 * the source is read no further.
 *
 * @param embed what gives the vectors of a window
 */
export async function* embedStream<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  options: StreamOptions<Item>,
  embed: (texts: readonly string[], options: VectorOptions) => Promise<Vectors>,
): AsyncGenerator<StreamBatch<Item>, void, undefined> {
  const { textOf = (item: Item) => item as string } = options;
  const abandon = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abandon.signal]) : abandon.signal;
  const start = (items: readonly Item[]) => {
    const vectors = embed(items.map(textOf), { ...options, signal });
    // An error is thrown where the window is awaited; until then it is not "unhandled".
    vectors.catch(() => undefined);
    return { items, vectors };
  };
  let running: ReturnType<typeof start> | undefined;
  try {
    for await (const items of windowsOf(source, (item) => textOf(item).length, windowLimits)) {
      const previous = running;
      running = start(items);
      if (previous !== undefined) {
        yield { items: previous.items, vectors: await previous.vectors };
      }
    }
    if (running !== undefined) {
      yield { items: running.items, vectors: await running.vectors };
    }
  } finally {
    abandon.abort();
  }
}
