import type { GraphInput, GraphTensor } from './graph-session.js';
import { bindInputs, paddedFeeds } from './inputs.js';

/**
 * What a graph session is fed for one text, without padding: its inputs as [1, tokens].
 *
 * @throws MODEL_OUTPUT for inputs that octavec cannot give
 */
export function textFeeds(
  inputs: readonly GraphInput[],
  ids: Int32Array,
  path: string,
): Readonly<Record<string, GraphTensor>> {
  const feeds = paddedFeeds(bindInputs(inputs, path), { ids, offsets: Int32Array.of(0, ids.length) }, ids.length, 0);
  return Object.fromEntries(feeds.map(({ name, ...tensor }) => [name, tensor]));
}
