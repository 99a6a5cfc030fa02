import { expect, test } from 'vitest';
import type { CalibrationTexts } from '#rooms/calibration';
import { textsOfBatch } from '#rooms/engine';
import { inferElementTypes } from '#rooms/graph';
import { dataType, dataTypeName, makeNode, type OnnxModel, readModel, tensorFloats, withGraph } from '#rooms/onnx';
import { beyondHalf, fp16 } from '#rooms/quantize';
import { int64, largestDifference, runModel } from './support/run-model.js';
import { bools, floats, scalar, smallModel, wiring } from './support/small-model.js';
import { type TinyModel, tinyModels } from './support/tiny-models.js';

/** Squares rows of a table, divides the squares by 300 and sends them through a layer. A row holds its word times 10. */
const model = smallModel({
  inputs: { input_ids: 'int64[texts,tokens]', attention_mask: 'int64[texts,tokens]' },
  outputs: { last_hidden_state: 'float[texts,tokens,2]' },
  nodes: [
    makeNode('Gather', ['table', 'input_ids'], ['row']),
    makeNode('Mul', ['row', 'row'], ['squares']),
    makeNode('Div', ['squares', 'divisor'], ['scaled']),
    makeNode('Where', ['never', 'lowest', 'scaled'], ['seen']),
    makeNode('MatMul', ['seen', 'w'], ['last_hidden_state']),
  ],
  initializers: [
    floats(
      'table',
      [40, 2],
      Array.from({ length: 80 }, (_, i) => 10 * Math.floor(i / 2)),
    ),
    scalar('divisor', 300),
    scalar('lowest', -3e38),
    bools('never', [], [false]),
    floats('w', [2, 2], [1, 0, 0, 0.5]),
  ],
});

function textsOf(...texts: number[][]): CalibrationTexts {
  const offsets = Int32Array.from([0, ...texts.map((_, i) => texts.slice(0, i + 1).flat().length)]);
  return { tokens: { ids: Int32Array.from(texts.flat()), offsets }, hash: '' };
}

test('activations are found that half precision cannot hold, over all texts', async () => {
  expect(await beyondHalf(model, textsOf([1, 2], [30, 1], [3]))).toEqual(new Map([['squares', 90_000]]));
});

test('nothing is found where all fits, with room for texts that nobody has seen', async () => {
  // 12² × 100 = 14,400, and 13² × 100 = 16,900: four times that is beyond 65,504.
  expect(await beyondHalf(model, textsOf([12, 5]))).toEqual(new Map());
  expect(await beyondHalf(model, textsOf([13, 5]))).toEqual(new Map([['squares', 16_900]]));
});

test('what makes or takes them stays in FP32, the rest does not', async () => {
  const { model: half } = fp16(model, {}, ['squares']);
  expect(wiring(half)).toEqual([
    'Gather(table_half, input_ids) -> row',
    'Cast(row) -> row_full',
    'Mul(row_full, row_full) -> squares',
    'Div(squares, divisor) -> scaled',
    'Cast(scaled) -> scaled_half',
    'Where(never, lowest_half, scaled_half) -> seen',
    'MatMul(seen, w_half) -> last_hidden_state_half',
    'Cast(last_hidden_state_half) -> last_hidden_state',
  ]);
  const feeds = { input_ids: int64([1, 1], [30]), attention_mask: int64([1, 1], [1]) };
  const { last_hidden_state: states } = await runModel(half, feeds);
  expect([...(states.data as Float32Array)]).toEqual([300, 150]);
});

test('a Gemma whose states are huge keeps them in FP32', async () => {
  const tiny = tinyModels().find(({ name }) => name === 'gemma3-text/model_dynamo.onnx') as TinyModel;
  const source = await readModel(tiny.onnxPath);
  const { graph } = source.proto;
  // Words are multiplied with the root of the width, 8; all norms give the same for states that are larger throughout.
  const initializer = graph.initializer.map((tensor) => {
    const isFactor = tensor.dims.length === 0 && tensor.dataType === dataType.float;
    if (isFactor && tensorFloats(source, tensor)[0] === 8) {
      return scalar(tensor.name ?? '', 40_000);
    }
    const isTable = graph.node.some(({ opType, input }) => opType === 'Gather' && input[0] === tensor.name);
    return isTable && tensor.dataType === dataType.float
      ? floats(tensor.name ?? '', tensor.dims.map(Number), [...tensorFloats(source, tensor).map((x) => 100 * x)])
      : tensor;
  });
  const huge = withGraph(source, { ...graph, initializer });
  const beyond = await beyondHalf(huge, { tokens: tiny.batch, hash: '' });
  expect(beyond.size).toBeGreaterThan(0);
  const typesOf = ({ proto }: OnnxModel) => {
    const types = inferElementTypes(proto.graph);
    return [...beyond.keys()].map((name) => dataTypeName(types.get(name)));
  };
  const { model: careful, clamped } = fp16(huge, {}, beyond.keys());
  expect(clamped).toEqual([]);
  expect(new Set(typesOf(fp16(huge).model))).toEqual(new Set(['float16']));
  expect(new Set(typesOf(careful))).toEqual(new Set(['float']));

  const [ids] = textsOfBatch(tiny.batch);
  const feeds = {
    input_ids: int64([1, ids.length], [...ids]),
    attention_mask: int64([1, ids.length], [...ids.map(() => 1)]),
  };
  const [expected, found] = [await runModel(huge, feeds), await runModel(careful, feeds)];
  expect(largestDifference(found.last_hidden_state.data, expected.last_hidden_state.data)).toBeLessThan(0.01);
});
