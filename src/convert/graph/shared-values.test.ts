import { describe, expect, test } from 'vitest';
import type { EncoderPlan } from '../../checkpoint/index.js';
import { GraphWriter } from './graph-writer.js';
import { SharedValues } from './shared-values.js';

const shared = (maxTokens = 8) => {
  const graph = new GraphWriter();
  return { graph, values: new SharedValues(graph, { maxTokens, heads: 2 } as EncoderPlan) };
};
const rotation = (...frequencies: readonly number[]) => ({ base: 10_000, frequencies: Float32Array.from(frequencies) });

describe('cosines and sines of rotations', () => {
  test('stand in the graph once for layers that turn alike', () => {
    const { graph, values } = shared();
    const first = values.turns(rotation(1, 0.5));
    const nodes = graph.nodes.length;
    expect(values.turns(rotation(1, 0.5))).toEqual(first);
    expect(graph.nodes).toHaveLength(nodes);
    expect(new Set(first).size).toBe(2);
  });

  test('are others for a rotation that differs in its slow frequencies alone', () => {
    const { graph, values } = shared();
    const plain = values.turns(rotation(1, 0.5, 0.25, 0.125, 0.0625));
    const scaled = values.turns(rotation(1, 0.5, 0.25, 0.125, 0.0078125));
    expect(scaled[0]).not.toBe(plain[0]);
    expect(scaled[1]).not.toBe(plain[1]);
    expect(graph.initializers.filter(({ name }) => name?.startsWith('rotary_emb.cos'))).toHaveLength(2);
  });

  test('reach to the longest text, and over 512 places at least', () => {
    const rows = (maxTokens: number) => {
      const { graph, values } = shared(maxTokens);
      values.turns(rotation(1, 0.5));
      return graph.initializers.find(({ name }) => name === 'rotary_emb.cos')?.dims;
    };
    expect([rows(8), rows(513)]).toEqual([
      [512, 2],
      [513, 2],
    ]);
  });
});

describe('masks', () => {
  test('are one for layers that see alike, and others for other windows and directions', () => {
    const { values } = shared();
    const layer = (window: number, causal: boolean) => ({ window, causal }) as Parameters<typeof values.mask>[0];
    const masks = [layer(0, false), layer(4, false), layer(8, false), layer(0, true), layer(4, true)].map((one) =>
      values.mask(one),
    );
    expect(new Set(masks).size).toBe(5);
    expect(values.mask(layer(4, true))).toBe(masks[4]);
  });
});
