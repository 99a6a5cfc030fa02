import type { Activation, PlannedLayer } from '../../checkpoint/index.js';
import type { GraphWriter } from './graph-writer.js';
import { linear } from './parts.js';

/** Writes down(activation(up) · gate), [batch × tokens × hidden]. */
export function feedForward(graph: GraphWriter, activation: Activation, layer: PlannedLayer, input: string): string {
  const { up, gate, down, ffnPath } = layer;
  const activated = activate(graph, activation, `${up.path}_act_fn`, linear(graph, up, input));
  const widened = gate === undefined ? activated : graph.op('Mul', ffnPath, [activated, linear(graph, gate, input)]);
  return linear(graph, down, widened);
}

export function activate(graph: GraphWriter, activation: Activation, scope: string, value: string): string {
  switch (activation) {
    case 'gelu':
      return graph.op('Gelu', scope, [value]);
    case 'geluTanh':
      return graph.op('Gelu', scope, [value], { approximate: { string: 'tanh' } });
    case 'relu':
      return graph.op('Relu', scope, [value]);
    case 'tanh':
      return graph.op('Tanh', scope, [value]);
    case 'silu':
      return graph.op('Mul', scope, [value, graph.op('Sigmoid', scope, [value])]);
  }
}
