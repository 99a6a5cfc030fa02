import { describe, expect, test } from 'vitest';
import type { EncoderPlan, PlannedLayer, PlannedLinear, Weight, WeightFiles } from '../../checkpoint/index.js';
import { type ProbeText, referenceForward } from './reference-forward.js';

/** Stored numbers that are made up, by the names of their tensors. */
const stored = new Map<string, { readonly numbers: Float32Array; readonly columns: number }>();
const weights = {
  floats: async ({ name }: { readonly name: string }, first = 0, end?: number) => {
    const { numbers, columns } = stored.get(name) as { numbers: Float32Array; columns: number };
    return numbers.slice(first * columns, end === undefined ? undefined : end * columns);
  },
} as unknown as WeightFiles;

function weight(name: string, rows: readonly (readonly number[])[], more: Partial<Weight> = {}): Weight {
  stored.set(name, { numbers: Float32Array.from(rows.flat()), columns: rows[0].length });
  return { tensor: { name }, ...more } as Weight;
}

const identity = [
  [1, 0],
  [0, 1],
];
const linear = (name: string, rows: readonly (readonly number[])[] = identity): PlannedLinear => ({
  ...{ path: name, weight: weight(name, rows), inputs: rows[0].length, outputs: rows.length },
});

const layer = (more: Partial<PlannedLayer> = {}): PlannedLayer => ({
  ...{ path: '', attentionPath: '', ffnPath: '', window: 0, causal: false },
  ...{ query: linear('q'), key: linear('k'), value: linear('v'), out: linear('o') },
  ...{ up: linear('up'), down: linear('down') },
  ...more,
});

/** Two words, [1, 0] and [0, 1]; every layer is the identity, and nothing is normalized. */
const plan = (more: Partial<EncoderPlan> = {}): EncoderPlan => ({
  ...{ hidden: 2, heads: 1, keyValueHeads: 1, headWidth: 2, ffn: 2, maxTokens: 8, padTokenId: 9 },
  ...{ activation: 'relu', preNorm: true, scoreScale: 1, layers: [layer()] },
  words: { path: 'words', weight: weight('words', identity), count: 2 },
  ...more,
});

async function statesOf(changed: EncoderPlan, ...texts: readonly (readonly number[] | ProbeText)[]) {
  const probes = texts.map((text): ProbeText => ('ids' in text ? text : { ids: text }));
  return [...(await referenceForward(changed, weights, probes))].map((value) => Number(value.toFixed(6)));
}

/** Softmax of 1 and 0. */
const [most, least] = [0.731059, 0.268941];
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe('attention', () => {
  // The state of a token is twice the sum of itself and what it attends to: the FFN doubles what is positive.
  test('weighs tokens by their scores', async () => {
    expect(await statesOf(plan(), [0, 1])).toEqual(close([2 * (1 + most), 2 * least, 2 * least, 2 * (1 + most)]));
  });

  test('of one text sees nothing of the others', async () => {
    const alone = await statesOf(plan(), [0, 1]);
    expect(await statesOf(plan(), [1], [0, 1], [0, 0, 0])).toEqual([0, 4, ...alone, 4, 0, 4, 0, 4, 0]);
  });

  test('that is causal sees what is before', async () => {
    const causal = plan({ layers: [layer({ causal: true })] });
    expect(await statesOf(causal, [0, 1])).toEqual(close([4, 0, 2 * least, 2 * (1 + most)]));
  });

  test('with a window sees so many tokens to either side, or back where it is causal', async () => {
    // Whoever sees the second word of "0 0 1" has some of it.
    const seen = async (more: Partial<PlannedLayer>) => {
      const states = await statesOf(plan({ layers: [layer(more)] }), [0, 0, 1, 0, 0]);
      return [0, 1, 2, 3, 4].filter((token) => states[2 * token + 1] > 0);
    };
    expect(await seen({ window: 1 })).toEqual([1, 2, 3]);
    expect(await seen({ window: 2 })).toEqual([0, 1, 2, 3, 4]);
    expect(await seen({ window: 1, causal: true })).toEqual([2, 3]);
  });

  test('scales scores, and takes the slope of the distance from them', async () => {
    // Scores 1 · ln 3 for itself, and 0 - 1 · ln 3 for the other: e^(ln 3) : e^(-ln 3) is 9 : 1.
    const bias = { kind: 'slopes', slopes: Float32Array.of(Math.log(3)) } as const;
    const [first] = await statesOf(plan({ scoreScale: Math.log(3), bias }), [0, 1]);
    expect(first).toBeCloseTo(2 * (1 + 0.9), 5);
  });

  test('adds the bias of key minus query from a table', async () => {
    // Rows for distances -1, 0, 1 of texts of two tokens; the one before counts e^2 times.
    const bias = { kind: 'table', path: '', tokens: 2, values: Float32Array.of(2, 0, 0) } as const;
    const states = await statesOf(plan({ scoreScale: 0, bias }), [0, 1]);
    const before = Math.exp(2) / (1 + Math.exp(2));
    expect(states).toEqual(close([3, 1, 2 * before, 2 * (2 - before)]));
  });

  test('shares keys and values among heads, one after the other', async () => {
    // Four heads of width 1 over two of keys and values: heads 0 and 1 take the first, 2 and 3 the second.
    const four = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ];
    const out = linear('o4', [
      [1, 10, 100, 1000],
      [0, 0, 0, 0],
    ]);
    const shared = plan({
      ...{ heads: 4, keyValueHeads: 2, headWidth: 1 },
      layers: [
        layer({
          query: linear('q4', four),
          out,
          down: linear('none', [
            [0, 0],
            [0, 0],
          ]),
        }),
      ],
    });
    expect(await statesOf(shared, [0], [1])).toEqual([1 + 11, 0, 1100, 1]);
  });
});

test('turns of a rotation are by the place, first half with second half', async () => {
  // A quarter of a turn for each place: the second token's query and key point elsewhere, and meet again.
  const rotation = { base: 1, frequencies: Float32Array.of(Math.PI / 2) };
  const turned = plan({ layers: [layer({ rotation })] });
  const states = await statesOf(turned, [0, 0]);
  // The same word a quarter away has the score 0, itself 1: it attends to the same word all the same.
  expect(states).toEqual(close([4, 0, 4, 0]));
  const other = await statesOf(turned, [0, 1]);
  // [0, 1] turned by a quarter is [-1, 0]: its score for [1, 0] is -1.
  const share = Math.exp(-1) / (Math.exp(-1) + Math.exp(1));
  expect(other).toEqual(close([2 * (2 - share), 2 * share, 2 * share, 2 * (2 - share)]));
});

describe('embeddings', () => {
  const nothing = plan({ layers: [] });

  test('add types and positions by place, after words were scaled', async () => {
    const types = {
      path: 't',
      weight: weight('t', [
        [10, 0],
        [20, 0],
      ]),
      count: 2,
    };
    const positions = {
      path: 'p',
      weight: weight('p', [
        [0, 100],
        [0, 200],
      ]),
      count: 2,
      rows: 'place',
    } as const;
    const changed = { ...nothing, wordScale: 3, types, positions };
    expect(await statesOf(changed, { ids: [0, 1], types: [0, 1] })).toEqual([13, 100, 20, 203]);
    expect(await statesOf(changed, [1])).toEqual([10, 103]);
  });

  test('count positions over what is no padding, from behind its row', async () => {
    const rows = Array.from({ length: 5 }, (_, row) => [row, 0]);
    const positions = { path: 'p5', weight: weight('p5', rows), count: 5, rows: 'counted' } as const;
    const words = {
      path: 'w',
      weight: weight('w', [
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
      count: 3,
    };
    const states = await statesOf({ ...nothing, words, positions, padTokenId: 1 }, [0, 1, 2, 0]);
    expect(states.filter((_, i) => i % 2 === 0)).toEqual([2, 1, 3, 4]);
  });

  test('are normalized with the population’s variance', async () => {
    const gamma = weight('g', [[2, 2]]);
    const beta = weight('b', [[0.5, 0]]);
    const layered = { path: '', kind: 'layer', gamma, beta, epsilon: 0 } as const;
    expect(await statesOf({ ...nothing, embeddingNorm: layered }, [0])).toEqual([2.5, -2]);
    const rms = { path: '', kind: 'rms', gamma: { ...gamma, plus: 1 }, epsilon: 0 } as const;
    // 3 · [1, 0] / √(1/2)
    expect(await statesOf({ ...nothing, embeddingNorm: rms }, [0])).toEqual(close([3 * Math.SQRT2, 0]));
  });
});

describe('scores of a reranker', () => {
  const scorer = (pooling: 'cls' | 'mean') =>
    plan({
      layers: [],
      classifier: { pooling, activation: 'tanh', dense: linear('d'), out: linear('s', [[1, 3]]) },
    });

  test('come from the first token, or from the mean of all', async () => {
    expect(await statesOf(scorer('cls'), [0, 1, 1], [1])).toEqual(close([Math.tanh(1), 3 * Math.tanh(1)]));
    expect(await statesOf(scorer('mean'), [0, 1, 1, 1], [1])).toEqual(
      close([Math.tanh(0.25) + 3 * Math.tanh(0.75), 3 * Math.tanh(1)]),
    );
  });
});

test.each([
  ['gelu', 1, 0.8413447],
  ['gelu', -1, -0.1586553],
  ['gelu', 3, 2.9959503],
  ['gelu', -4, -0.0001267],
  ['geluTanh', 1, 0.841192],
  ['silu', 1, 0.7310586],
  ['relu', -1, 0],
] as const)('%s of %f is %f', async (activation, x, expected) => {
  const words = { path: 'x', weight: weight('x', [[x, 0]]), count: 1 };
  const silent = linear('silent', [
    [0, 0],
    [0, 0],
  ]);
  // Attention adds nothing, the FFN adds the activation.
  const [state] = await statesOf(plan({ words, activation, layers: [layer({ out: silent })] }), [0]);
  expect(state - x).toBeCloseTo(expected, 5);
});

test('a gate multiplies what the activation gives', async () => {
  const silent = linear('silent', [
    [0, 0],
    [0, 0],
  ]);
  const gated = layer({
    out: silent,
    up: linear('u2', [
      [2, 0],
      [0, -1],
    ]),
    gate: linear('g3', [
      [3, 0],
      [0, 3],
    ]),
  });
  // relu(2 · 1) · 3 added to 1; relu(-1) · 3 added to 1.
  expect(await statesOf(plan({ layers: [gated] }), [0], [1])).toEqual([7, 0, 0, 1]);
});
