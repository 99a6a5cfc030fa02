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
