import { expect, test } from 'vitest';
import { float32, runModel } from '../../test/support/run-model.js';
import { smallModel } from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { instrument, type ProbeKind } from './probes.js';

/** Two texts of two tokens, three channels: 1 … 12. */
const values = Float32Array.from({ length: 12 }, (_, i) => i + 1);
const model = smallModel({
  inputs: { x: 'float[texts,tokens,3]' },
  outputs: { y: 'float' },
  nodes: [makeNode('Neg', ['x'], ['a']), makeNode('Neg', ['a'], ['y'])],
  opset: 13,
});

async function seen(kind: ProbeKind): Promise<number[]> {
  const { model: instrumented, outputs } = instrument(model, [{ activation: 'a', channels: 3, kind }]);
  const results = await runModel(instrumented, { x: float32([2, 2, 3], values) });
  return Array.from(results[outputs[0]].data, Number);
}

test.each<[ProbeKind, readonly number[]]>([
  ['minimum', [-10, -11, -12]],
  ['maximum', [-1, -2, -3]],
  ['mean', [-5.5, -6.5, -7.5]],
  ['meanSquare', [(1 + 16 + 49 + 100) / 4, (4 + 25 + 64 + 121) / 4, (9 + 36 + 81 + 144) / 4]],
  ['magnitude', [12]],
  ['values', Array.from(values, (value) => -value)],
])('%s of an activation, channel by channel over all tokens', async (kind, expected) => {
  const found = await seen(kind);
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(found[i]).toBeCloseTo(value, 4);
  }
});

test('several probes share the reshaped activation, and the model gives what it gave', async () => {
  const probes = (['minimum', 'maximum', 'values'] as const).map((kind) => ({ activation: 'a', channels: 3, kind }));
  const { model: instrumented, outputs } = instrument(model, probes);
  expect(instrumented.proto.graph.node.filter(({ opType }) => opType === 'Reshape')).toHaveLength(1);
  expect(new Set(outputs).size).toBe(3);
  const results = await runModel(instrumented, { x: float32([2, 2, 3], values) });
  expect(results.y.data).toEqual(values);
});

test('names that the graph has already are left to it', async () => {
  const kinds = ['minimum', 'meanSquare', 'values'] as const;
  const taken = ['a_rows', 'a_minimum', 'a_meanSquare', 'a_meanSquare_squared', 'probe_axis', 'a_rows_shape'];
  const crowded = smallModel({
    inputs: { x: 'float[t,2]' },
    outputs: Object.fromEntries(taken.map((name) => [name, 'float'])),
    nodes: [makeNode('Neg', ['x'], ['a']), ...taken.map((name) => makeNode('Neg', ['a'], [name]))],
  });
  const probes = kinds.map((kind) => ({ activation: 'a', channels: 2, kind }));
  const { model: instrumented, outputs } = instrument(crowded, probes);
  const results = await runModel(instrumented, { x: float32([2, 2], [1, 2, 3, -4]) });
  expect(outputs.map((name) => Array.from(results[name].data))).toEqual([
    [-3, -2],
    [5, 10],
    [-1, -2, -3, 4],
  ]);
  expect(Array.from(results.a_meanSquare_squared.data)).toEqual([1, 2, 3, -4]);
});

test('an input of the model and one of its outputs can be looked at', async () => {
  const probes = ['x', 'y'].map((activation) => ({ activation, channels: 3, kind: 'maximum' as const }));
  const { model: instrumented, outputs } = instrument(model, probes);
  const results = await runModel(instrumented, { x: float32([2, 2, 3], values) });
  expect(outputs.map((name) => Array.from(results[name].data))).toEqual([
    [10, 11, 12],
    [10, 11, 12],
  ]);
});

test('without probes the model gives what it gave', () => {
  const { model: same, outputs } = instrument(model, []);
  expect(outputs).toEqual([]);
  expect(same.proto.graph.output.map(({ name }) => name)).toEqual(['y']);
});

test('the magnitude of what holds infinity is the largest float', async () => {
  const { model: instrumented, outputs } = instrument(model, [{ activation: 'a', channels: 3, kind: 'magnitude' }]);
  const some = Float32Array.of(1, Number.NEGATIVE_INFINITY, -7);
  const results = await runModel(instrumented, { x: float32([1, 1, 3], some) });
  expect(Array.from(results[outputs[0]].data, Number)).toEqual([Math.fround(3.4028234663852886e38)]);
});
