import { describe, expect, test } from 'vitest';
import { smallModel } from '../../../test/support/small-model.js';
import { makeSampler, type Sample } from '../../graph/index.js';
import type { DenseLayer, Head, PoolingMode } from '../../model/index.js';
import { dataType, tensorFloats } from '../../onnx/index.js';
import { GraphWriter } from './graph-writer.js';
import { sentenceEmbedding } from './sentence-embedding.js';

/** Hidden states of two texts, the second of one token; what stands in padding must not count. */
const hidden = [
  [
    [1, -4],
    [3, 2],
    [5, 8],
  ],
  [
    [-2, 6],
    [1000, 1000],
    [1000, 1000],
  ],
];
const mask = [
  [1, 1, 1],
  [1, 0, 0],
];

function vectorsOf(head: Partial<Head>): number[][] {
  const graph = new GraphWriter();
  sentenceEmbedding(
    graph,
    { pooling: ['mean'], includePrompt: true, dense: [], normalize: false, ...head },
    'hidden',
    'vectors',
  );
  const model = smallModel({
    ...{ opset: 20, inputs: { hidden: 'float[b,s,2]', attention_mask: 'int64[b,s]' }, outputs: { vectors: 'float' } },
    ...{ nodes: graph.nodes, initializers: graph.initializers },
  });
  const given = new Map<string, Sample>([
    ['hidden', { shape: [2, 3, 2], type: dataType.float, data: Float64Array.from(hidden.flat(2)) }],
    ['attention_mask', { shape: [2, 3], type: dataType.int64, data: Float64Array.from(mask.flat()) }],
  ]);
  const found = makeSampler(model)
    .sample(given, () => undefined)
    .of('vectors');
  const width = found?.shape[1] ?? 0;
  const data = Array.from(found?.data ?? [], (value) => Number(Number(value).toFixed(5)));
  return [data.slice(0, width), data.slice(width)];
}

describe('vectors of texts', () => {
  test.each<[PoolingMode, number[][]]>([
    [
      'cls',
      [
        [1, -4],
        [-2, 6],
      ],
    ],
    [
      'mean',
      [
        [3, 2],
        [-2, 6],
      ],
    ],
    [
      'max',
      [
        [5, 8],
        [-2, 6],
      ],
    ],
    // (1 + 3 + 5) / √3, (-4 + 2 + 8) / √3
    [
      'mean_sqrt_len_tokens',
      [
        [5.19615, 3.4641],
        [-2, 6],
      ],
    ],
    // (1·1 + 2·3 + 3·5) / 6, (-4 + 2·2 + 3·8) / 6
    [
      'weightedmean',
      [
        [3.66667, 4],
        [-2, 6],
      ],
    ],
  ])('are pooled by %s', (mode, expected) => {
    expect(vectorsOf({ pooling: [mode] })).toEqual(expected);
  });

  test('of several poolings stand one after the other', () => {
    expect(vectorsOf({ pooling: ['mean', 'cls'] })).toEqual([
      [3, 2, 1, -4],
      [-2, 6, -2, 6],
    ]);
  });

  test('are scaled to length 1', () => {
    const [first, second] = vectorsOf({ pooling: ['mean'], normalize: true });
    expect(Math.hypot(...first)).toBeCloseTo(1, 4);
    expect(first[0] / first[1]).toBeCloseTo(1.5, 3);
    expect(Math.hypot(...second)).toBeCloseTo(1, 4);
  });

  test('go through dense layers, whose weights stand the other way round in the graph', () => {
    const graph = new GraphWriter();
    const weight = Float32Array.of(1, 0, 0, 1, 2, 3);
    const layer: DenseLayer = { inputs: 2, outputs: 3, weight, bias: Float32Array.of(7, 8, 9), activation: 'tanh' };
    const back: DenseLayer = { inputs: 3, outputs: 1, weight: Float32Array.of(4, 5, 6), activation: 'identity' };
    const head: Head = { pooling: ['cls'], includePrompt: true, dense: [layer, back], normalize: false };
    sentenceEmbedding(graph, head, 'hidden', 'vectors');
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Gather', 'MatMul', 'Add', 'Tanh', 'MatMul', 'Identity']);
    const numbers = (name: string) => {
      const tensor = graph.initializers.find((each) => each.name === name);
      return [tensor?.dims, tensor && [...tensorFloats(smallModel({ outputs: {}, nodes: [] }), tensor)]];
    };
    expect(numbers('dense.0.weight')).toEqual([
      [2, 3],
      [1, 0, 2, 0, 1, 3],
    ]);
    expect(numbers('dense.0.bias')).toEqual([[3], [7, 8, 9]]);
    expect(numbers('dense.1.weight')).toEqual([
      [3, 1],
      [4, 5, 6],
    ]);
  });
});
