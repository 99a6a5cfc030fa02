import type { TaskOptions } from '../base/index.js';
import type { Matrix } from '../numbers/index.js';
import type { EmbedTexts } from './task.js';

/** Embeds every distinct text once. `places[i]` is the row of `vectors` that belongs to text i. */
export async function embedDistinct(
  texts: readonly string[],
  embed: EmbedTexts,
  use: Parameters<EmbedTexts>[1],
  options: TaskOptions,
): Promise<{ readonly vectors: Matrix; readonly places: Uint32Array }> {
  const rows = new Map<string, number>();
  const places = Uint32Array.from(texts, (text) => {
    const row = rows.get(text) ?? rows.size;
    rows.set(text, row);
    return row;
  });
  return { vectors: await embed([...rows.keys()], use, options), places };
}
