import type { PlannedLinear, PlannedNorm } from '../../checkpoint/index.js';
import type { GraphWriter } from './graph-writer.js';

/** Writes y = x W + b. */
export function linear(graph: GraphWriter, layer: PlannedLinear, input: string, output?: string): string {
  const { path, weight, bias, inputs, outputs } = layer;
  const matrix = graph.weight(`${path}.weight`, [inputs, outputs], weight, true);
  const product = graph.op('MatMul', path, [input, matrix], {}, bias === undefined ? output : undefined);
  return bias === undefined
    ? product
    : graph.op('Add', path, [graph.weight(`${path}.bias`, [outputs], bias), product], {}, output);
}

/** Writes a norm over the last axis. RMSNorm is written in the operators by which run times recognise it. */
export function norm(graph: GraphWriter, part: PlannedNorm, width: number, input: string, output?: string): string {
  const { path, kind, epsilon } = part;
  const gamma = graph.weight(`${path}.weight`, [width], part.gamma);
  if (kind === 'layer') {
    const beta = part.beta === undefined ? [] : [graph.weight(`${path}.bias`, [width], part.beta)];
    const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } };
    return graph.op('LayerNormalization', path, [input, gamma, ...beta], attributes, output);
  }
  const squares = graph.op('Pow', path, [input, graph.scalar(2)]);
  const mean = graph.op('ReduceMean', path, [squares, graph.integers([-1])], { keepdims: { int: 1 } });
  const root = graph.op('Sqrt', path, [graph.op('Add', path, [mean, graph.scalar(epsilon)])]);
  return graph.op('Mul', path, [graph.op('Div', path, [input, root]), gamma], {}, output);
}
