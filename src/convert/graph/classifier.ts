import type { PlannedClassifier } from '../../checkpoint/index.js';
import { activate } from './feed-forward.js';
import type { GraphWriter } from './graph-writer.js';
import { linear, norm } from './parts.js';
import { pool } from './sentence-embedding.js';

/** Writes the scores of texts [batch × classes], from the hidden states of their first tokens or the mean of all. */
export function classifier(graph: GraphWriter, parts: PlannedClassifier, hidden: string, output: string): string {
  const { pooling, dense, activation, out } = parts;
  const pooled = linear(graph, dense, pool(graph, pooling, hidden));
  const active = activate(graph, activation, `${dense.path}_act_fn`, pooled);
  const normed = parts.norm === undefined ? active : norm(graph, parts.norm, dense.outputs, active);
  return linear(graph, out, normed, output);
}
