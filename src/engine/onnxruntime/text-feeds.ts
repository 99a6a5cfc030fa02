import type { GraphInput, GraphTensor } from './graph-session.js';
import { bindInputs, paddedFeeds, paddedShape } from './inputs.js';

/**
 * Makes the feeds of a graph session for one text: its inputs as [1, tokens], without padding unless the model fixes
 * its sizes. Tokens beyond a fixed size are left out.
 *
 * @throws MODEL_OUTPUT for inputs that octavec cannot give
 */
export function textFeeds(
  inputs: readonly GraphInput[],
  ids: Int32Array,
  path: string,
  types?: Int32Array,
): Readonly<Record<string, GraphTensor>> {
  const bound = bindInputs(inputs, path);
  const given = ids.subarray(0, bound.fixed.tokens);
  const batch = { ids: given, types, offsets: Int32Array.of(0, given.length) };
  const feeds = paddedFeeds(bound, batch, paddedShape(bound, batch), 0);
  return Object.fromEntries(feeds.map(({ name, ...tensor }) => [name, tensor]));
}
