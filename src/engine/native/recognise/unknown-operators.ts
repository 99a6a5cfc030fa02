import { type NodeProto, normalDomain } from '../../../onnx/index.js';
import { knowsOperator } from './evaluator.js';
import type { GraphView } from './graph-view.js';

/** Operators that values depend on and that recognition knows nothing of, nearest first: "com.microsoft.QAttention". */
export function unknownOperators(view: GraphView, values: readonly string[]): readonly string[] {
  const reached = new Set(values);
  const unknown = new Set<string>();
  // What is added to a set while it is walked is walked, too.
  for (const value of reached) {
    const node = view.constant(value) === undefined ? view.producer(value) : undefined;
    if (node !== undefined && !knowsOperator(node)) {
      unknown.add(nameOf(node));
    }
    for (const input of node?.input ?? []) {
      reached.add(input);
    }
  }
  return [...unknown];
}

function nameOf({ domain, opType = 'unnamed' }: NodeProto): string {
  const known = normalDomain(domain);
  return known === '' ? opType : `${known}.${opType}`;
}
