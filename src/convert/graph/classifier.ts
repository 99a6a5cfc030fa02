import type { PlannedClassifier } from '../encoder-plan.js';
import { activate } from './feed-forward.js';
import type { GraphWriter } from './graph-writer.js';
import { linear } from './parts.js';

/** Writes scores of texts [batch × 1] from the hidden states of their first tokens. */
export function classifier(graph: GraphWriter, parts: PlannedClassifier, hidden: string, output: string): string {
  const { dense, activation, out } = parts;
  const first = graph.op('Gather', dense.path, [hidden, graph.integers(0)], { axis: { int: 1 } });
  const pooled = activate(graph, activation, `${dense.path}_act_fn`, linear(graph, dense, first));
  return linear(graph, out, pooled, output);
}
