import type { GraphInput, GraphTensor } from './graph-session.js';
import { bindInputs, paddedFeeds, paddedShape } from './inputs.js';

/**
 * What a graph session is fed for one text: its inputs as [1, tokens], without padding where the model does not fix its
 * sizes. What goes beyond a fixed size is left out.
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
