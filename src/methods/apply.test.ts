import { describe, expect, test } from 'vitest';
import { floats, operators, smallModel } from '../../test/support/small-model.js';
import {
  attribute,
  dataType,
  intAttribute,
  makeNode,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
  tensorFloats,
} from '../onnx/index.js';
import { auto } from './auto/auto.js';
import { fp16 } from './fp16.js';
import { int8 } from './int8.js';
import { int8Static } from './int8-static.js';
import type { MethodContext } from './method.js';
import { q4 } from './q4.js';
import { q8 } from './q8.js';

/** One layer: 64 inputs, 32 columns. Its numbers are whole multiples of 1/64 up to 127/64, and halves of those. */
const inputs = 64;
const columns = 32;
const weightAt = (row: number, column: number) => {
  const magnitude = row % 32 === 0 ? 127 : ((row * 31 + column * 7) % 253) / 2;
  return ((row + column) % 2 === 0 ? magnitude : -magnitude) / 64;
};
const weights = Array.from({ length: inputs * columns }, (_, i) => weightAt(Math.floor(i / columns), i % columns));
const layerOf = (values: readonly number[]): OnnxModel =>
  smallModel({
    inputs: { x: `float[n,${inputs}]` },
    outputs: { y: `float[n,${columns}]` },
    nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
    initializers: [floats('w', [inputs, columns], values)],
  });
const model = layerOf(weights);
const context = { selection: {}, task: {}, trial: {} } as MethodContext;
const tensor = ({ proto }: OnnxModel, is: (tensor: TensorProto) => boolean): TensorProto => {
  const found = proto.graph.initializer.find(is);
  if (found === undefined) {
    throw new Error('no such tensor');
  }
  return found;
};
const named = (of: OnnxModel, name: string) => tensor(of, (one) => one.name === name);

/** What MatMulNBits multiplies with, by the formula of its documentation: (code − zero) · scale, column by column. */
function blocksOf(of: OnnxModel) {
  const node = of.proto.graph.node.find(({ opType }) => opType === 'MatMulNBits');
  if (node === undefined) {
    throw new Error(`no blocks in ${operators(of)}`);
  }
  const [bits, block] = ['bits', 'block_size'].map((name) => intAttribute(node, name) ?? 0);
  const [codes, scales, zeros] = node.input.slice(1).map((name) => (name === '' ? undefined : named(of, name)));
  const bytes = tensorBytes(of, codes as TensorProto);
  const factors = tensorFloats(of, scales as TensorProto);
  const points = zeros && tensorBytes(of, zeros);
  const blocks = Math.ceil(inputs / block);
  const half = (data: Uint8Array, place: number) => (place % 2 === 0 ? data[place >> 1] & 15 : data[place >> 1] >> 4);
  const codeAt = (row: number, column: number) =>
    bits === 8 ? bytes[column * blocks * block + row] : half(bytes, column * blocks * block + row);
  const zeroAt = (row: number, column: number) => {
    const place = Math.floor(row / block);
    const width = Math.ceil(blocks / 2) * 2;
    return points === undefined ? 2 ** (bits - 1) : half(points, column * width + place);
  };
  const scale = (row: number, column: number) => factors[column * blocks + Math.floor(row / block)];
  const value = (row: number, column: number) => (codeAt(row, column) - zeroAt(row, column)) * scale(row, column);
  return { bits, block, scale, value };
}
/** Lists the weights that something is not right of. */
function wrongWeights(isRight: (row: number, column: number, weight: number) => boolean): string[] {
  return weights.flatMap((weight, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return isRight(row, column, Math.fround(weight)) ? [] : [`[${row}, ${column}] ${weight}`];
  });
}

describe('8-bit weights in blocks', () => {
  test('keep the largest of their block, and are at most half a step off, at the other end of the range a step', async () => {
    const { model: made } = await q8().apply(model, context);
    const { bits, block, value, scale } = blocksOf(made);
    expect([bits, block]).toEqual([8, 32]);
    const largest = 127 / 64;
    const wrong = wrongWeights((row, column, weight) => {
      const [step, off] = [Math.abs(scale(row, column)), Math.abs(value(row, column) - weight)];
      const isRightStep = step >= largest / 128 - 1e-9 && step <= largest / 127 + 1e-9;
      return isRightStep && off <= (Math.abs(weight) > 127 * step ? step : step / 2) + 1e-7;
    });
    expect(wrong).toEqual([]);
    expect(wrongWeights((row, column, weight) => row % 32 > 0 || value(row, column) === weight)).toEqual([]);
  });

  test('of a block of zeros are zeros, not NaN', async () => {
    const { value } = blocksOf(
      (await q8().apply(layerOf(weights.map((weight, i) => (i < 32 * columns ? 0 : weight))), context)).model,
    );
    for (let row = 0; row < 32; row++) {
      expect(Math.abs(value(row, row % columns))).toBe(0);
    }
  });
});

describe('4-bit weights in blocks', () => {
  test.each([16, 32, 64] as const)('of %i share a scale, and stay within their own range', async (blockSize) => {
    const { model: made } = await q4({ blockSize }).apply(model, context);
    const { bits, block, value, scale } = blocksOf(made);
    expect([bits, block]).toEqual([4, blockSize]);
    // The range may be clipped where that is nearer on the whole; nothing lands farther out than it was by a step.
    const wrong = wrongWeights((row, column, weight) => {
      const [found, step] = [value(row, column), scale(row, column)];
      const isFar = Math.abs(weight) > 2 * step;
      return Math.abs(found) <= 127 / 64 + step && (isFar ? found * weight > 0 : Math.abs(found - weight) <= step);
    });
    expect(wrong).toEqual([]);
  });

  test('have no zero points where they are symmetric', async () => {
    const zeroPointsOf = (of: OnnxModel) =>
      of.proto.graph.node.find(({ opType }) => opType === 'MatMulNBits')?.input[3] ?? '';
    expect(zeroPointsOf((await q4({ symmetric: true }).apply(model, context)).model)).toBe('');
    expect(zeroPointsOf((await q4().apply(model, context)).model)).not.toBe('');
  });
});

describe('INT8 without calibration', () => {
  test('has a scale for each column, of its largest weight through 127, and codes at most half a step off', async () => {
    const { model: made, chosen } = await int8().apply(model, context);
    expect(chosen).toBeUndefined();
    expect(operators(made)).toContain('DynamicQuantizeLinear');
    const codes = tensor(made, ({ dataType: type }) => type === dataType.int8);
    const bytes = new Int8Array(tensorBytes(made, codes));
    const transposed = codes.dims[0] === columns;
    const scales = tensor(made, (one) => one.dataType === dataType.float && one.dims.at(-1) === columns);
    const factors = tensorFloats(made, scales);
    const wrong = wrongWeights((row, column, weight) => {
      const code = bytes[transposed ? column * inputs + row : row * columns + column];
      const step = factors[column];
      return Math.abs(code) <= 127 && step >= 1 / 64 - 1e-9 && Math.abs(code * step - weight) <= step / 2 + 1e-7;
    });
    expect(wrong).toEqual([]);
  });
});

describe('half precision', () => {
  const wild = weights.map((weight, i) => (i === 5 ? 1e6 : i === 6 ? -7e4 : weight));

  test('tells what lies beyond its range, and keeps it at the end of it', async () => {
    const { model: made, notes } = await fp16().apply(layerOf(wild), context);
    expect(notes).toEqual([
      '2 value(s) of "w" lie beyond the range of half precision and became ±65504',
      'activations were not looked at: on a GPU those beyond ±65504 would become infinite',
    ]);
    const halves = tensor(made, ({ dataType: type }) => type === dataType.float16);
    const values = tensorFloats(made, halves);
    expect([...values].filter((value) => Math.abs(value) > 60_000)).toEqual([65_504, -65_504]);
  });

  test('of the weights alone leaves a tensor as it is that has numbers beyond', async () => {
    const { model: made, notes } = await fp16({ weightsOnly: true }).apply(layerOf(wild), context);
    expect([notes, named(made, 'w').dataType]).toEqual([undefined, dataType.float]);
    const kept = await fp16({ weightsOnly: true }).apply(model, context);
    const halves = tensor(kept.model, ({ dataType: type }) => type === dataType.float16);
    // Multiples of 1/128 up to 2 are exact in half precision.
    expect([...tensorFloats(kept.model, halves)]).toEqual(weights.map(Math.fround));
    const compute = kept.model.proto.graph.node.find(({ opType }) => opType === 'Cast');
    expect(compute && attribute(compute, 'to')?.i).toBe(1n);
  });

  test('of the weights alone leaves out what is left out', async () => {
    const excluding = { ...context, selection: { exclude: ['y'] } };
    const { model: made } = await fp16({ weightsOnly: true }).apply(model, excluding);
    expect(named(made, 'w').dataType).toBe(dataType.float);
  });
});

test.each([
  ['int8-static', int8Static(), 'int8-static cannot be made without calibration'],
  ['auto', auto(), 'A mix cannot be searched without texts to measure with'],
])('%s needs texts', async (_, method, problem) => {
  await expect(method.apply(model, context)).rejects.toMatchObject({ code: 'USAGE', details: { problem } });
});

test('sources are never changed', async () => {
  const before = structuredClone(model.proto);
  for (const method of [fp16(), fp16({ weightsOnly: true }), int8(), q8(), q4()]) {
    await method.apply(model, context);
  }
  expect(model.proto).toEqual(before);
});
