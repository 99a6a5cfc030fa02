import type { DenseLayer, Head, PoolingMode } from '../../model/index.js';
import { dataType } from '../../onnx/index.js';
import type { GraphWriter } from './graph-writer.js';

const scope = 'pooling';

/** As sentence-transformers divides by a length or count: never by less. */
const leastDivisor = 1e-9;

/**
 * Writes what comes after hidden states [batch × tokens × hidden]: pooling, dense layers, scaling to length 1. The
 * result is [batch × width].
 */
export function sentenceEmbedding(graph: GraphWriter, head: Head, hidden: string, output: string): void {
  const pooled = head.pooling.map((mode) => pool(graph, mode, hidden));
  let vector = pooled.length === 1 ? pooled[0] : graph.op('Concat', scope, pooled, { axis: { int: 1 } });
  head.dense.forEach((layer, i) => {
    vector = dense(graph, layer, `dense.${i}`, vector);
  });
  if (head.normalize) {
    const length = graph.op('ReduceL2', 'normalize', [vector, graph.integers([1])], { keepdims: { int: 1 } });
    const divisor = graph.op('Max', 'normalize', [length, graph.scalar(leastDivisor)]);
    graph.op('Div', 'normalize', [vector, divisor], {}, output);
  } else {
    graph.op('Identity', scope, [vector], {}, output);
  }
}

/** Writes the pooling of hidden states into vectors of texts [batch × hidden]. */
export function pool(graph: GraphWriter, mode: PoolingMode, hidden: string): string {
  if (mode === 'cls') {
    return graph.op('Gather', scope, [hidden, graph.integers(0)], { axis: { int: 1 } });
  }
  if (mode === 'lasttoken') {
    const tokens = graph.op('ReduceSum', scope, ['attention_mask', graph.integers([1])], { keepdims: { int: 1 } });
    const last = graph.op('Sub', scope, [tokens, graph.integers(1)]);
    return graph.op('GatherND', scope, [hidden, last], { batch_dims: { int: 1 } });
  }
  const mask = graph.op('Unsqueeze', scope, ['attention_mask', graph.integers([2])]);
  if (mode === 'max') {
    const isText = graph.op('Cast', scope, [mask], { to: { int: dataType.bool } });
    const shown = graph.op('Where', scope, [isText, hidden, graph.scalar(-1e9)]);
    return graph.op('ReduceMax', scope, [shown, graph.integers([1])], { keepdims: { int: 0 } });
  }
  const shown = graph.op('Cast', scope, [mask], { to: { int: dataType.float } });
  const weights = mode === 'weightedmean' ? graph.op('Mul', scope, [shown, placesFromOne(graph, shown)]) : shown;
  const sum = sumOverTokens(graph, graph.op('Mul', scope, [hidden, weights]));
  const total = sumOverTokens(graph, weights);
  const divisor = mode === 'mean_sqrt_len_tokens' ? graph.op('Sqrt', scope, [total]) : total;
  return graph.op('Div', scope, [sum, graph.op('Max', scope, [divisor, graph.scalar(leastDivisor)])]);
}

/** Counts 1, 2, 3 … along the tokens, [batch × tokens × 1]. */
function placesFromOne(graph: GraphWriter, mask: string): string {
  const ones = graph.op('Add', scope, [graph.op('Mul', scope, [mask, graph.scalar(0)]), graph.scalar(1)]);
  return graph.op('CumSum', scope, [ones, graph.integers(1)]);
}

function sumOverTokens(graph: GraphWriter, value: string): string {
  return graph.op('ReduceSum', scope, [value, graph.integers([1])], { keepdims: { int: 0 } });
}

const operators = { identity: undefined, tanh: 'Tanh', relu: 'Relu', gelu: 'Gelu' } as const;

function dense(graph: GraphWriter, layer: DenseLayer, path: string, input: string): string {
  const { inputs, outputs, weight, bias, activation } = layer;
  const transposed = Float32Array.from(
    { length: inputs * outputs },
    (_, i) => weight[(i % outputs) * inputs + Math.floor(i / outputs)],
  );
  let value = graph.op('MatMul', path, [input, graph.floats(`${path}.weight`, [inputs, outputs], transposed)]);
  if (bias !== undefined) {
    value = graph.op('Add', path, [value, graph.floats(`${path}.bias`, [outputs], bias)]);
  }
  const operator = operators[activation];
  return operator === undefined ? value : graph.op(operator, path, [value]);
}
