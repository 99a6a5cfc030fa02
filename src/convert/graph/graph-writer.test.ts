import { describe, expect, test } from 'vitest';
import { smallModel } from '../../../test/support/small-model.js';
import type { EncoderPlan, PlannedLayer } from '../../checkpoint/index.js';
import { makeSampler, type Sample } from '../../graph/index.js';
import { dataType } from '../../onnx/index.js';
import { probeTexts } from '../proof/probe-texts.js';
import { GraphWriter, valueInfo } from './graph-writer.js';
import { SharedValues } from './shared-values.js';

describe('a graph that is written', () => {
  test('has nodes named after their module, numbers staying with their lists', () => {
    const graph = new GraphWriter();
    expect(graph.op('MatMul', 'encoder.layer.0.attention.self', ['x', 'w'])).toBe(
      '/encoder/layer.0/attention/self/MatMul_output_0',
    );
    expect(graph.op('Add', 'a.1.2', ['x'])).toBe('/a.1.2/Add_output_0');
    expect(graph.op('Add', '', ['x'])).toBe('/Add_output_0');
    expect(graph.op('Add', '', ['x'], {}, 'scores')).toBe('scores');
    expect(graph.op('Add', '', ['x'])).toBe('/Add_2_output_0');
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length);
  });

  test('holds each number once, by its type and its form', () => {
    const graph = new GraphWriter();
    const names = [graph.scalar(1), graph.integers(1), graph.integers([1]), graph.integers([1, 2]), graph.scalar(2)];
    expect(new Set(names).size).toBe(5);
    expect([graph.scalar(1), graph.integers(1), graph.integers([1]), graph.integers([1, 2])]).toEqual(
      names.slice(0, 4),
    );
    expect(graph.initializers.map(({ dims }) => dims)).toEqual([[], [], [1], [2], []]);
  });

  test('gives weights of one name names of their own, and keeps where they come from', () => {
    const graph = new GraphWriter();
    const weight = {} as Parameters<GraphWriter['weight']>[2];
    expect([graph.weight('w', [2, 3], weight), graph.weight('w', [3, 2], weight, true)]).toEqual(['w', 'w_1']);
    expect(graph.floats('w', [1], Float32Array.of(5))).toBe('w_2');
    expect([...graph.deferred]).toEqual([
      ['w', { weight, transposed: false }],
      ['w_1', { weight, transposed: true }],
    ]);
  });

  test('says of sizes what they are called, or how large they are', () => {
    expect(valueInfo('x', dataType.float, ['batch', 384]).type?.tensorType?.shape?.dim).toEqual([
      { dimParam: 'batch' },
      { dimValue: 384 },
    ]);
  });
});

describe('masks', () => {
  const tokens = 5;
  /** Two texts, the second of three tokens. */
  const isText = [
    [1, 1, 1, 1, 1],
    [1, 1, 1, 0, 0],
  ];
  const heads = 3;
  const slopes = Float32Array.of(0.25, 0.0625, 0.5);
  const lowest = Math.fround(-3.4028234663852886e38);

  function numbersOf(plan: Partial<EncoderPlan>, write: (shared: SharedValues) => string): Sample {
    const graph = new GraphWriter();
    const name = write(new SharedValues(graph, { heads, maxTokens: 8, ...plan } as EncoderPlan));
    const model = smallModel({
      inputs: { input_ids: 'int64[b,s]', attention_mask: 'int64[b,s]' },
      outputs: { [name]: 'float' },
      ...{ nodes: graph.nodes, initializers: graph.initializers },
    });
    const whole = (data: readonly number[]): Sample => ({
      ...{ shape: [2, tokens], type: dataType.int64, data: Float64Array.from(data) },
    });
    const given = new Map([
      ['input_ids', whole(new Array(2 * tokens).fill(7))],
      ['attention_mask', whole(isText.flat())],
    ]);
    const found = makeSampler(model)
      .sample(given, () => undefined)
      .of(name);
    expect(found?.data).toBeDefined();
    return found as Sample;
  }

  test.each([
    [0, false],
    [1, false],
    [2, false],
    [0, true],
    [1, true],
  ])('with a window of %i, causal %s, hide what is not to be seen', (window, causal) => {
    const { data, shape } = numbersOf({}, (shared) => shared.mask({ window, causal } as PlannedLayer));
    const expected = isText.flatMap((text) =>
      Array.from({ length: tokens }, (_, query) =>
        text.map((shown, key) => {
          const near = window === 0 || Math.abs(key - query) <= window;
          return shown === 1 && near && (!causal || key <= query) ? 0 : lowest;
        }),
      ).flat(),
    );
    // One for all queries where nothing depends on them.
    const rows = shape[shape.length - 2];
    const all = Array.from({ length: expected.length }, (_, i) => {
      const [text, query, key] = [Math.floor(i / tokens ** 2), Math.floor(i / tokens) % tokens, i % tokens];
      return data?.[(text * rows + (rows === 1 ? 0 : query)) * tokens + key];
    });
    expect(all).toEqual(expected);
  });

  test('of ALiBi fall with the distance, by the slope of the head', () => {
    const bias = { kind: 'slopes', slopes } as const;
    const { data, shape } = numbersOf({ bias }, (shared) => shared.mask({ window: 0, causal: false } as PlannedLayer));
    expect(shape).toEqual([2, heads, tokens, tokens]);
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < tokens ** 2; i++) {
        const distance = Math.abs((i % tokens) - Math.floor(i / tokens));
        expect(data?.[head * tokens ** 2 + i]).toBeCloseTo(-distance * slopes[head], 6);
      }
    }
  });

  test('of a table have the row of key minus query', () => {
    const longest = 6;
    const values = Float32Array.from({ length: (2 * longest - 1) * heads }, (_, i) => i);
    const bias = { kind: 'table', path: 'bias', values, tokens: longest } as const;
    const { data } = numbersOf({ bias }, (shared) => shared.mask({ window: 0, causal: false } as PlannedLayer));
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < tokens ** 2; i++) {
        const row = (i % tokens) - Math.floor(i / tokens) + longest - 1;
        expect(data?.[head * tokens ** 2 + i]).toBe(row * heads + head);
      }
    }
  });

  test('are made once for layers that see the same', () => {
    const graph = new GraphWriter();
    const shared = new SharedValues(graph, { heads, maxTokens: 8 } as EncoderPlan);
    const layer = (window: number, causal = false) => shared.mask({ window, causal } as PlannedLayer);
    const first = layer(2);
    const { length } = graph.nodes;
    expect(layer(2)).toBe(first);
    expect(graph.nodes).toHaveLength(length);
    expect(new Set([first, layer(3), layer(2, true)]).size).toBe(3);
  });
});

describe('texts to compare with', () => {
  const plan = (more: object) =>
    ({
      padTokenId: 0,
      maxTokens: 64,
      words: { count: 50 },
      layers: [{ window: 0 }],
      ...more,
    }) as unknown as EncoderPlan;
  const lengths = (of: EncoderPlan) => probeTexts(of).map(({ ids }) => ids.length);

  test('are of several lengths, and one is longer than the widest window', () => {
    expect(lengths(plan({}))).toEqual([1, 9, 4, 2]);
    expect(lengths(plan({ layers: [{ window: 4 }, { window: 0 }, { window: 16 }] }))).toEqual([1, 9, 4, 2, 28]);
    expect(lengths(plan({ maxTokens: 3, layers: [{ window: 4 }] }))).toEqual([1, 3, 3, 2, 3]);
  });

  test('have words that there are, and no padding but where it is counted', () => {
    for (const count of [2, 3, 50]) {
      const ids = probeTexts(plan({ words: { count } })).flatMap((text) => [...text.ids]);
      expect(ids.every((id) => id > 0 && id < count)).toBe(true);
    }
    const counted = probeTexts(plan({ padTokenId: 1, positions: { rows: 'counted' } }));
    expect(counted.map(({ ids }) => ids.indexOf(1))).toEqual([-1, 3, -1, -1]);
  });

  test('have two types where the model tells them apart', () => {
    expect(probeTexts(plan({ types: { count: 2 } }))[2].types).toEqual([0, 0, 1, 1]);
    expect(probeTexts(plan({ types: { count: 2 } }), false)[2].types).toBeUndefined();
    expect(probeTexts(plan({ types: { count: 1 } }))[2].types).toBeUndefined();
  });

  test('are the same for the same model', () => {
    expect(probeTexts(plan({}))).toEqual(probeTexts(plan({})));
  });
});
