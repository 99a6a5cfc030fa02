import type { IndexedModel, SampleOf } from '../graph/index.js';
import type { NodeProto } from '../onnx/index.js';
import { original } from './copies.js';

/**
 * Walks back from `value` and returns the nearest values that `stop` names, in the order in which they are met. What
 * can be computed from the sample input alone (shapes, masks, positions) is not followed. A value that cannot be
 * followed any farther stands in the result under `lost`.
 */
export function frontier(
  graph: IndexedModel,
  value: string,
  evaluate: SampleOf,
  stop: (value: string, node: NodeProto | undefined) => boolean,
): { readonly found: readonly string[]; readonly lost: readonly string[] } {
  const found: string[] = [];
  const lost: string[] = [];
  const seen = new Set<string>();
  const pending = [original(graph, value)];
  while (pending.length > 0) {
    const current = pending.pop() as string;
    if (seen.has(current)) {
      continue;
    }
    seen.add(current);
    const node = graph.index.producers.get(current);
    if (stop(current, node)) {
      found.push(current);
    } else if (evaluate(current)?.data === undefined && graph.index.initializers.get(current) === undefined) {
      if (node === undefined || seen.size > 400) {
        lost.push(current);
      } else {
        pending.push(
          ...node.input
            .filter((input) => input !== '')
            .map((input) => original(graph, input))
            .reverse(),
        );
      }
    }
  }
  return { found, lost };
}
