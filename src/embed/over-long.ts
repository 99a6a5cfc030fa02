/**
 * What happens to a text that has more tokens than the model takes. `truncate`: its beginning counts (its end, where the
 * left is cut off), and the result says so. `error`: the call fails. `chunk`: it is embedded in windows that overlap, and
 * their vectors are averaged, weighted by their tokens.
 */
export const overLongPolicies = ['truncate', 'error', 'chunk'] as const;
/** What happens to a text with more tokens than the model takes. */
export type OverLong = (typeof overLongPolicies)[number];

/** Which end of an over-long text is cut off (`truncate`). */
export const truncationSides = ['right', 'left'] as const;
export type TruncationSide = (typeof truncationSides)[number];

/** Special tokens that a tokenizer puts before and behind every text. */
export interface Frame {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

/** Cuts a text to the longest allowed beginning, or to its end where the left is cut off. Special tokens are kept. */
export function truncated(
  ids: readonly number[],
  { before, behind }: Frame,
  maxTokens: number,
  side: TruncationSide = 'right',
): readonly number[] {
  const room = Math.max(maxTokens - before.length - behind.length, 0);
  const end = ids.length - behind.length;
  const content =
    side === 'right'
      ? ids.slice(before.length, before.length + room)
      : ids.slice(Math.max(before.length, end - room), end);
  return [...before, ...content, ...behind].slice(0, maxTokens);
}

/**
 * Windows over a text, each with the special tokens and the prompt, that have `overlap` tokens in common. The text
 * itself must have a token.
 *
 * @param ids of the whole text, special tokens and prompt included
 * @param prompt ids of the prompt alone
 */
export function windows(
  ids: readonly number[],
  { before, behind }: Frame,
  prompt: readonly number[],
  maxTokens: number,
  overlap: number,
): readonly (readonly number[])[] {
  const framed = ids.slice(before.length, ids.length - behind.length);
  // Where the prompt melts into the text it cannot be repeated, and stands in the first window only.
  const repeated = prompt.every((id, i) => framed[i] === id) ? prompt : [];
  const content = framed.slice(repeated.length);
  const room = Math.max(1, maxTokens - before.length - repeated.length - behind.length);
  const step = Math.max(1, room - overlap);
  const count = Math.max(1, Math.ceil((content.length - room) / step) + 1);
  return Array.from({ length: count }, (_, i) => [
    ...before,
    ...repeated,
    ...content.slice(i * step, i * step + room),
    ...behind,
  ]);
}
