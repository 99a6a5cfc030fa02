import type { EncoderPlan, PlannedLayer, PlannedLinear, ScopedNorm } from '../../checkpoint/index.js';
import type { GraphWriter } from './graph-writer.js';
import { linear, norm } from './parts.js';
import type { SharedValues } from './shared-values.js';

/** Writes attention with its output projection, [batch × tokens × hidden]. */
export function attention(
  graph: GraphWriter,
  plan: EncoderPlan,
  shared: SharedValues,
  layer: PlannedLayer,
  input: string,
): string {
  const { heads, keyValueHeads, headWidth, scoreScale } = plan;
  const scope = layer.attentionPath;
  const project = (part: PlannedLinear, partNorm: ScopedNorm | undefined, count: number) => {
    const projected = linear(graph, part, input);
    const whole = partNorm?.over === 'all' ? norm(graph, partNorm, count * headWidth, projected) : projected;
    const split = graph.op('Reshape', scope, [whole, graph.integers([0, 0, count, headWidth])]);
    const normed = partNorm?.over === 'head' ? norm(graph, partNorm, headWidth, split) : split;
    return graph.op('Transpose', scope, [normed], { perm: { ints: [0, 2, 1, 3] } });
  };
  const turned = (value: string) =>
    layer.rotation === undefined ? value : turn(graph, scope, value, headWidth, shared.turns(layer.rotation));
  const query = turned(project(layer.query, layer.queryNorm, heads));
  const key = repeat(graph, plan, scope, turned(project(layer.key, layer.keyNorm, keyValueHeads)));
  const value = repeat(graph, plan, scope, project(layer.value, undefined, keyValueHeads));
  const scaled = graph.op('Mul', scope, [query, graph.scalar(scoreScale)]);
  const keys = graph.op('Transpose', scope, [key], { perm: { ints: [0, 1, 3, 2] } });
  const scores = graph.op('MatMul', scope, [scaled, keys]);
  const masked = graph.op('Add', scope, [scores, shared.mask(layer)]);
  const weights = graph.op('Softmax', scope, [masked], { axis: { int: -1 } });
  const weighted = graph.op('MatMul', scope, [weights, value]);
  const byToken = graph.op('Transpose', scope, [weighted], { perm: { ints: [0, 2, 1, 3] } });
  const merged = graph.op('Reshape', scope, [byToken, graph.integers([0, 0, heads * headWidth])]);
  return linear(graph, layer.out, merged);
}

/** Rotates by position: x · cos + (-second half, first half) · sin. */
function turn(
  graph: GraphWriter,
  scope: string,
  value: string,
  width: number,
  [cos, sin]: readonly [string, string],
): string {
  const half = (from: number, to: number) =>
    graph.op('Slice', scope, [value, ...[[from], [to], [3]].map((numbers) => graph.integers(numbers))]);
  const [first, second] = [half(0, width / 2), half(width / 2, width)];
  const swapped = graph.op('Concat', scope, [graph.op('Neg', scope, [second]), first], { axis: { int: -1 } });
  return graph.op('Add', scope, [graph.op('Mul', scope, [value, cos]), graph.op('Mul', scope, [swapped, sin])]);
}

/** Repeats heads of keys or values, each as often as queries share it, one after the other. */
function repeat(graph: GraphWriter, plan: EncoderPlan, scope: string, value: string): string {
  const { heads, keyValueHeads, headWidth } = plan;
  if (heads === keyValueHeads) {
    return value;
  }
  const group = graph.op('Unsqueeze', scope, [value, graph.integers([2])]);
  const repeated = graph.op('Expand', scope, [group, graph.integers([1, 1, heads / keyValueHeads, 1, 1])]);
  return graph.op('Reshape', scope, [repeated, graph.integers([0, heads, -1, headWidth])]);
}
