import { describe, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { linearLayers } from '../encoder/index.js';
import { foldConstants, removeDeadNodes } from '../graph/index.js';
import { floatTensor, makeNode, type OnnxModel, readModel, tensorByteLength } from '../onnx/index.js';
import { applyMix, type Mix, type MixMaterial, type MixPrecision, mixParts } from './mixed.js';

const none: MixMaterial = { statistics: new Map(), rounded: new Map() };

function weightBytes(model: OnnxModel): number {
  return model.proto.graph.initializer.reduce((sum, tensor) => sum + tensorByteLength(model, tensor), 0);
}

function operators(model: OnnxModel, type: string): number {
  return model.proto.graph.node.filter(({ opType }) => opType === type).length;
}

describe.each(tinyModelPaths())('%s', (path) => {
  test('every layer and table belongs to one part', async () => {
    const model = foldConstants(await readModel(path));
    const parts = mixParts(model);
    expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length);
    const weights = new Set(linearLayers(model).map(({ weight }) => weight.name));
    expect(parts.filter(({ multiplications }) => multiplications > 0).map(({ id }) => id)).toEqual([...weights]);
    expect(parts.some(({ role }) => role === 'embeddings')).toBe(true);
  });

  test('parts take the bytes that are expected of them', async () => {
    const source = foldConstants(await readModel(path));
    const parts = mixParts(source);
    const before = weightBytes(removeDeadNodes(source));
    for (const precision of ['q4', 'int8', 'q8', 'fp16'] as const) {
      const mixed = applyMix(source, new Map(parts.map(({ id }) => [id, precision])), none);
      const saved = parts.reduce((sum, { bytes }) => sum + bytes.fp32 - bytes[precision], 0);
      expect(weightBytes(mixed), precision).toBe(before - saved);
    }
  });
});

test('each part gets its own precision, and what is not named stays', async () => {
  const source = foldConstants(await readModel('test/fixtures/tiny/bert/onnx/model_torchscript.onnx'));
  const parts = mixParts(source);
  const precisions: Readonly<Record<string, MixPrecision>> = {
    q: 'int8',
    k: 'q8',
    v: 'q4',
    embeddings: 'int8',
    'ffn-up': 'fp16',
  };
  const mix: Mix = new Map(
    parts.flatMap(({ id, role }) => (precisions[role] ? [[id, precisions[role]] as const] : [])),
  );
  const mixed = applyMix(source, mix, none);
  const layersOf = (role: string) => parts.filter((part) => part.role === role).length;
  expect(operators(mixed, 'MatMulInteger')).toBe(layersOf('q'));
  expect(operators(mixed, 'MatMulNBits')).toBe(layersOf('k') + layersOf('v'));
  expect(operators(mixed, 'GatherBlockQuantized')).toBe(0);
  expect(operators(mixed, 'Cast')).toBeGreaterThanOrEqual(layersOf('ffn-up'));
  const untouched = new Set(linearLayers(mixed).map(({ weight }) => weight.name));
  const expected = parts.filter(({ role }) => ['attention-output', 'ffn-down'].includes(role)).map(({ id }) => id);
  expect([...untouched]).toEqual(expect.arrayContaining(expected));
});

test('a mix without parts is the model', async () => {
  const source = foldConstants(await readModel('test/fixtures/tiny/bert/onnx/model_dynamo.onnx'));
  expect(applyMix(source, new Map(), none)).toBe(source);
});

test('a selection says which parts there are', async () => {
  const source = foldConstants(await readModel('test/fixtures/tiny/bert/onnx/model_dynamo.onnx'));
  expect(new Set(mixParts(source, { include: ['ffn-down', 'embeddings'] }).map(({ role }) => role))).toEqual(
    new Set(['ffn-down', 'embeddings']),
  );
  expect(() => mixParts(source, { exclude: ['nothing-of-that-name'] })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  );
});

describe('a weight that layers share', () => {
  const channels = 64;
  const steps = [0, 1, 2];
  const statistics = new Map(
    steps.map((i) => {
      const values = Float32Array.from({ length: channels }, (_, j) => (j === 5 ? 40 : Math.sin(j)));
      const mean = Float64Array.from(values);
      const seen = { least: values.map((value) => -Math.abs(value)), greatest: values.map(Math.abs) };
      const squares = mean.map((value) => value ** 2);
      return [`x${i}`, { channels, ...seen, minima: seen.least, maxima: seen.greatest, mean, meanSquare: squares }];
    }),
  );
  const weight = Float32Array.from({ length: channels * channels }, (_, i) => Math.sin(i * 1.7));
  const modelOf = (transposed: readonly number[]): OnnxModel =>
    smallModel({
      inputs: { x0: `float[tokens,${channels}]` },
      outputs: { x3: 'float' },
      nodes: steps.map((i) =>
        makeNode('Gemm', [`x${i}`, 'w'], [`x${i + 1}`], { attributes: { transB: { int: transposed[i] } } }),
      ),
      initializers: [floatTensor('w', [channels, channels], weight)],
    });
  /** But for the vectors that smoothing divides by. */
  const matrixBytes = (model: OnnxModel): number => {
    const vectors = model.proto.graph.initializer.filter(({ name }) => name?.includes('_smoothing'));
    return weightBytes(model) - vectors.reduce((sum, tensor) => sum + tensorByteLength(model, tensor), 0);
  };

  test.each([
    ['is one part, and smoothed takes the bytes of one', [0, 0, 0]],
    ['as it is stored and transposed has two quantized forms', [0, 1, 0]],
  ])('%s', (_, transposed) => {
    const source = modelOf(transposed);
    const [part, ...others] = mixParts(source);
    expect(others).toEqual([]);
    for (const precision of ['q4', 'int8', 'q8', 'fp16'] as const) {
      const mixed = applyMix(source, new Map([['w', precision]]), { statistics, rounded: new Map() });
      expect(matrixBytes(mixed), precision).toBe(part.bytes[precision]);
    }
  });
});
