import type { NodeProto } from '../../../onnx/index.js';
import type { Evaluate } from './evaluator.js';
import { type GraphView, original } from './graph-view.js';

/**
 * The values nearest to `value`, against the arrows, that `stop` names, in the order in which they are met. Whatever
 * can be worked out from the sample input alone (shapes, masks, positions) is not followed. A value that cannot be
 * followed any farther stands in the result under `lost`.
 */
export function frontier(
  view: GraphView,
  value: string,
  evaluate: Evaluate,
  stop: (value: string, node: NodeProto | undefined) => boolean,
): { readonly found: readonly string[]; readonly lost: readonly string[] } {
  const found: string[] = [];
  const lost: string[] = [];
  const seen = new Set<string>();
  const pending = [original(view, value)];
  while (pending.length > 0) {
    const current = pending.pop() as string;
    if (seen.has(current)) {
      continue;
    }
    seen.add(current);
    const node = view.producer(current);
    if (stop(current, node)) {
      found.push(current);
    } else if (evaluate(current)?.data === undefined && view.constant(current) === undefined) {
      if (node === undefined || seen.size > 400) {
        lost.push(current);
      } else {
        pending.push(
          ...node.input
            .filter((input) => input !== '')
            .map((input) => original(view, input))
            .reverse(),
        );
      }
    }
  }
  return { found, lost };
}
