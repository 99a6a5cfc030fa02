import type { ValueInfoProto } from '../onnx/index.js';

/**
 * Tells whether this is the name of an input for keys and values of tokens that came before. Decoders ask for them; an
 * embedder has none, so that they are always empty.
 */
export function isPastInput(name: string): boolean {
  return /^past_key_values\.\d+\.(key|value)$/.test(name);
}

/**
 * Returns the sizes of an empty past, [texts × heads × 0 × width].
 *
 * @param declared sizes as the file declares them, numbers or names
 * @returns undefined if the file does not say how many heads of what width it asks for
 */
export function emptyPast(declared: readonly unknown[] | undefined, texts: number): readonly number[] | undefined {
  const [, heads, , width] = declared ?? [];
  const isKnown = declared?.length === 4 && isCount(heads) && isCount(width);
  return isKnown ? [texts, heads, 0, width] : undefined;
}

function isCount(size: unknown): size is number {
  return Number.isSafeInteger(size) && Number(size) > 0;
}

/** Returns the declared sizes of a graph's input, numbers or names. */
export function declaredSizes({ type }: ValueInfoProto): readonly (number | string)[] | undefined {
  return type?.tensorType?.shape?.dim.map(({ dimValue, dimParam = '' }) => dimValue ?? dimParam);
}
