import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { tinyModels } from '../../test/support/tiny-models.js';
import { dataType, floatTensor, makeNode, makeTensor, type NodeProto, readStructure } from '../onnx/index.js';
import { fullPrecisionWeights } from './index.js';

const size = 64 * 64;
const weights = floats('weights', [64, 64], Array(size).fill(1));
const half = makeTensor('half', dataType.float16, [64, 64], new Uint8Array(2 * size));
const bytes = makeTensor('bytes', dataType.int8, [64, 64], new Uint8Array(size));
const scale = floats('scale', [], [0.1]);

function found(nodes: readonly NodeProto[]): string | undefined {
  const initializers = [weights, half, bytes, scale, floats('small', [64, 2], Array(128).fill(1))];
  return fullPrecisionWeights(
    smallModel({
      inputs: { x: 'float[batch,64]', ids: 'int64[tokens]' },
      outputs: { y: 'float' },
      initializers,
      nodes,
    }),
  );
}

describe('weights in full precision are', () => {
  test.each([
    ['multiplied with', [makeNode('MatMul', ['x', 'weights'], ['y'])], 'FP32'],
    ['those of a Gemm', [makeNode('Gemm', ['x', 'half'], ['y'])], 'FP16'],
    ['turned first', [makeNode('Transpose', ['weights'], ['t']), makeNode('MatMul', ['x', 't'], ['y'])], 'FP32'],
    ['cast first', [makeNode('Cast', ['half'], ['t']), makeNode('MatMul', ['x', 't'], ['y'])], 'FP16'],
    [
      'kept in a node',
      [
        makeNode('Constant', [], ['t'], {
          attributes: { value: { tensor: floatTensor('', [64, 64], new Float32Array(size)) } },
        }),
        makeNode('MatMul', ['x', 't'], ['y']),
      ],
      'FP32',
    ],
  ] as const)('%s', (_, nodes, precision) => {
    expect(found(nodes)).toBe(precision);
  });

  test.each([
    [
      'quantized ones',
      [makeNode('DequantizeLinear', ['bytes', 'scale'], ['t']), makeNode('MatMul', ['x', 't'], ['y'])],
    ],
    ['integers', [makeNode('MatMulInteger', ['x', 'bytes'], ['y'])]],
    ['tables', [makeNode('Gather', ['weights', 'ids'], ['y'])]],
    ['small ones', [makeNode('MatMul', ['x', 'small'], ['y'])]],
    ['activations', [makeNode('MatMul', ['x', 'x'], ['y'])]],
  ] as const)('not %s', (_, nodes) => {
    expect(found(nodes)).toBeUndefined();
  });

  test('those of every exported model, of which only the structure was read', async () => {
    for (const { onnxPath } of tinyModels()) {
      expect(fullPrecisionWeights(await readStructure(onnxPath)), onnxPath).toBe('FP32');
    }
  });
});
