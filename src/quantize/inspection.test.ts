import { describe, expect, test } from 'vitest';
import { floats, integers, scalar, smallModel } from '../../test/support/small-model.js';
import { encodedSize, makeNode, type NodeProto, type OnnxModel, type TensorProto } from '../onnx/index.js';
import { dynamicInt8 } from './dynamic-int8.js';
import { fp16 } from './half/fp16.js';
import { inspectModel } from './inspection.js';
import { makeRecipe, withRecipe } from './recipe.js';

const zeros = (count: number): number[] => new Array(count).fill(0.5);

const model: OnnxModel = smallModel({
  inputs: { ids: 'int64[batch,tokens]', mask: 'int64' },
  outputs: { y: 'float[batch,tokens,64]' },
  nodes: [
    makeNode('Gather', ['table', 'ids'], ['h']),
    makeNode('Transpose', ['w'], ['wt']),
    makeNode('MatMul', ['h', 'wt'], ['a']),
    makeNode('Constant', [], ['b'], { attributes: { value: { tensor: floats('', [64], zeros(64)) } } }),
    makeNode('Add', ['a', 'b'], ['y']),
  ],
  initializers: [floats('table', [1000, 32], zeros(32000)), floats('w', [64, 32], zeros(2048)), integers('i', [1, 2])],
  domains: { 'com.microsoft': 1 },
});

describe('inspectModel', () => {
  test('says what a file holds', () => {
    expect(inspectModel(model)).toEqual({
      path: 'small.onnx',
      producer: 'octavec tests',
      irVersion: 8,
      opsets: { 'ai.onnx': 17, 'com.microsoft': 1 },
      inputs: [
        { name: 'ids', type: 'int64', shape: ['batch', 'tokens'] },
        { name: 'mask', type: 'int64', shape: [] },
      ],
      outputs: [{ name: 'y', type: 'float', shape: ['batch', 'tokens', 64] }],
      nodes: 5,
      operators: { Add: 1, Constant: 1, Gather: 1, MatMul: 1, Transpose: 1 },
      parameters: 32000 + 2048 + 64 + 2,
      weightBytes: 4 * (32000 + 2048 + 64) + 16,
      bytesByType: { float: 4 * (32000 + 2048 + 64), int64: 16 },
      externalDataBytes: 0,
      recipe: undefined,
      quantizedOperators: [],
      linearLayers: 1,
      embeddingTables: 1,
      left: [],
      estimates: {
        fp32: 4 * (32000 + 2048 + 64),
        fp16: 2 * (32000 + 2048 + 64),
        int8: 32000 + 4 * 1000 + 2048 + 5 * 64 + 4 * 64,
      },
    });
  });

  test('foretells the size of an INT8 file', () => {
    const estimated = inspectModel(model).estimates?.int8 ?? 0;
    const real = encodedSize(dynamicInt8(model).proto);
    // The rest are nodes and names.
    expect(real - estimated).toBeGreaterThan(0);
    expect(real - estimated).toBeLessThan(2000);
  });

  test('does not count a shared weight twice, and knows the outputs of one that is stored transposed', () => {
    const shared = smallModel({
      inputs: { x: 'float[n,32]' },
      outputs: { y: 'float', z: 'float' },
      nodes: ['y', 'z'].map((name) => makeNode('Gemm', ['x', 'w'], [name], { attributes: { transB: { int: 1 } } })),
      initializers: [floats('w', [100, 32], zeros(3200))],
    });
    expect(inspectModel(shared)).toMatchObject({ linearLayers: 2, estimates: { int8: 3200 + 5 * 100 } });
  });

  test('counts tied weights once: a table that is a prediction head, too', () => {
    const matrix = Array.from({ length: 32000 }, (_, i) => Math.sin(i));
    const table = floats('table', [1000, 32], matrix);
    const head = (nodes: readonly NodeProto[]): OnnxModel =>
      smallModel({
        inputs: { ids: 'int64[n]' },
        outputs: { y: 'float' },
        nodes: [makeNode('Gather', ['table', 'ids'], ['h']), ...nodes],
        initializers: [table],
      });
    const gemm = head([makeNode('Gemm', ['h', 'table'], ['y'], { attributes: { transB: { int: 1 } } })]);
    const turned = head([makeNode('Transpose', ['table'], ['t']), makeNode('MatMul', ['h', 't'], ['y'])]);
    for (const tied of [gemm, turned]) {
      const found = inspectModel(tied);
      expect(found).toMatchObject({ parameters: 32000, linearLayers: 1, embeddingTables: 1 });
      expect(found.estimates).toEqual({ fp32: 128000, fp16: 64000, int8: 64000 + 4 * 1000 + 5 * 1000 });
      const real = encodedSize(dynamicInt8(tied).proto);
      expect(Math.abs(real - (found.estimates?.int8 ?? 0))).toBeLessThan(2000);
    }
  });

  test('counts a piece of an external file once, however many tensors name it', () => {
    const stored = (name: string): TensorProto => ({
      ...floats(name, [1000, 32], []),
      rawData: undefined,
      dataLocation: 1,
      externalData: Object.entries({ location: 'w', offset: '0', length: '128000' }).map(([key, value]) => ({
        key,
        value,
      })),
    });
    const quantized = [makeNode('DequantizeLinear', ['x', 's'], ['z'])];
    const twice = smallModel({
      inputs: { x: 'float[n,32]' },
      outputs: { y: 'float', z: 'float' },
      nodes: [makeNode('Concat', ['a', 'b'], ['y'], { attributes: { axis: { int: 0 } } }), ...quantized],
      initializers: [stored('a'), stored('b'), scalar('s', 1)],
    });
    expect(inspectModel(twice)).toMatchObject({ parameters: 32001, weightBytes: 128004, externalDataBytes: 128000 });
  });

  test('tells nothing of what quantizing would bring for a model that is quantized', () => {
    const found = inspectModel(withRecipe(dynamicInt8(model), makeRecipe('int8', 'ab')));
    expect(found.quantizedOperators).toEqual(['DynamicQuantizeLinear', 'MatMulInteger']);
    expect(found.recipe?.method).toBe('int8');
    expect([found.estimates, found.linearLayers, found.embeddingTables]).toEqual([undefined, 0, 0]);
  });

  test('finds layers and tables of a model in half precision', () => {
    const found = inspectModel(fp16(model).model);
    expect(found).toMatchObject({ linearLayers: 1, embeddingTables: 1 });
    expect(found.bytesByType.float16).toBe(2 * (32000 + 2048 + 64));
    expect(found.estimates?.fp32).toBe(inspectModel(model).estimates?.fp32);
  });

  test('leaves weights out of the inputs, and says so where a file says nothing', () => {
    const old = smallModel({
      inputs: { x: 'float[n,?]', w: 'float[]' },
      outputs: { y: 'float' },
      nodes: [makeNode('Mul', ['x', 'w'], ['y'])],
      initializers: [scalar('w', 1)],
      irVersion: 3,
    });
    const proto = { ...old.proto, producerName: undefined };
    expect(inspectModel({ ...old, proto })).toMatchObject({
      producer: 'unknown',
      inputs: [{ name: 'x', shape: ['n', '?'] }],
    });
  });
});
