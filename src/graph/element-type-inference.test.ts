import { describe, expect, test } from 'vitest';
import { runModel } from '../../test/support/run-model.js';
import { declaredValue, graphAttribute, ifNode, integers, scalar, smallGraph } from '../../test/support/small-model.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import {
  type AttributeValue,
  dataType,
  dataTypeName,
  makeNode,
  makeTensor,
  type OnnxModel,
  readModel,
} from '../onnx/index.js';
import { inferElementTypes } from './element-type-inference.js';
import { topologicalOrder } from './topological-order.js';

function inferredOf(
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain?: string,
): (string | undefined)[] {
  const types = { f: 'float', h: 'float16', d: 'double', i: 'int64', s: 'int32', b: 'bool', u: 'uint8', c: 'int8' };
  const graph = smallGraph({
    inputs: types,
    outputs: {},
    nodes: [makeNode(op, inputs, ['p', 'q', 'r', 's2'], { attributes, domain })],
  });
  const found = inferElementTypes(graph);
  return ['p', 'q', 'r'].map((name) => (found.has(name) ? dataTypeName(found.get(name)) : undefined));
}

const int = (value: number): AttributeValue => ({ int: value });

describe('inferElementTypes', () => {
  test.each([
    ['Relu', ['h'], {}, 'float16'],
    ['MatMul', ['f', 'f'], {}, 'float'],
    ['Where', ['b', 'h', 'h'], {}, 'float16'],
    ['Cast', ['i'], { to: int(dataType.float16) }, 'float16'],
    ['CastLike', ['i', 'h'], {}, 'float16'],
    ['Shape', ['f'], {}, 'int64'],
    ['Size', ['f'], {}, 'int64'],
    ['NonZero', ['f'], {}, 'int64'],
    ['ArgMax', ['f'], {}, 'int64'],
    ['Equal', ['f', 'f'], {}, 'bool'],
    ['Not', ['b'], {}, 'bool'],
    ['OneHot', ['i', 'i', 'f'], {}, 'float'],
    ['Gather', ['f', 'i'], {}, 'float'],
    ['ConstantOfShape', ['i'], {}, 'float'],
    ['EyeLike', ['i'], {}, 'int64'],
    ['EyeLike', ['i'], { dtype: int(dataType.float) }, 'float'],
    ['RandomNormal', [], {}, 'float'],
    ['Multinomial', ['f'], {}, 'int32'],
    ['DequantizeLinear', ['u', 'f', 'u'], {}, 'float'],
    ['DequantizeLinear', ['u', 'h', 'u'], {}, 'float16'],
    ['QuantizeLinear', ['f', 'f', 'c'], {}, 'int8'],
    ['QuantizeLinear', ['f', 'f'], {}, 'uint8'],
    ['QuantizeLinear', ['f', 'f'], { output_dtype: int(dataType.int8) }, 'int8'],
    ['MatMulInteger', ['u', 'c'], {}, 'int32'],
    ['Foo', [''], {}, undefined],
  ])('%s of %s with %j gives %s', (op, inputs, attributes, type) => {
    expect(inferredOf(op, inputs, attributes)[0]).toBe(type);
  });

  test('knows operators whose outputs differ', () => {
    expect(inferredOf('TopK', ['f', 'i'])).toEqual(['float', 'int64', 'int64']);
    expect(inferredOf('Dropout', ['h']).slice(0, 2)).toEqual(['float16', 'bool']);
    expect(inferredOf('DynamicQuantizeLinear', ['f'])).toEqual(['uint8', 'float', 'uint8']);
    expect(inferredOf('Split', ['h', 'i'])).toEqual(['float16', 'float16', 'float16']);
  });

  test("knows operators of ONNX Runtime that do not give their first input's type", () => {
    const of = (op: string, inputs: readonly string[]) => inferredOf(op, inputs, {}, 'com.microsoft');
    expect(of('EmbedLayerNormalization', ['s', 's', 'f', 'f'])).toEqual(['float', 'int32', 'float']);
    expect(of('MatMulIntegerToFloat', ['u', 'c', 'f', 'f'])[0]).toBe('float');
    expect(of('GatherBlockQuantized', ['u', 'i', 'f'])[0]).toBe('float');
    expect(of('QAttention', ['u', 'c', 'f', 'f', 'f'])[0]).toBe('float');
    expect(of('DequantizeLinear', ['u', 'f', 'u'])[0]).toBe('float');
    expect(of('Gelu', ['h'])[0]).toBe('float16');
    expect(inferredOf('Shape', ['h'], {}, 'com.example')[0]).toBe('float16');
  });

  test('believes what is declared', () => {
    const graph = smallGraph({
      inputs: { x: 'float' },
      outputs: { y: 'double' },
      nodes: [makeNode('Odd', ['x'], ['a'], { domain: 'com.example' }), makeNode('Relu', ['a'], ['y'])],
      valueInfo: [declaredValue('a', 'int64')],
    });
    const found = inferElementTypes(graph);
    expect([found.get('a'), found.get('y')]).toEqual([dataType.int64, dataType.double]);
  });

  test('looks into branches and loops where their outputs are not declared', () => {
    const inferred = (type: string) => ({ r: type });
    const branch = smallGraph({
      outputs: inferred(''),
      nodes: [makeNode('Cast', ['x'], ['r'], { attributes: { to: int(dataType.float16) } })],
    });
    const body = smallGraph({
      inputs: { i: 'int64', go: 'bool', v: 'float16' },
      outputs: { go: '', w: '', seen: '' },
      nodes: [makeNode('Relu', ['v'], ['w']), makeNode('Shape', ['outside'], ['seen'])],
    });
    const graph = smallGraph({
      inputs: { x: 'float', flag: 'bool' },
      outputs: { y: '', z: '' },
      nodes: [
        makeNode('Relu', ['x'], ['outside']),
        ifNode('flag', ['y'], branch, branch),
        { ...makeNode('Loop', ['n', '', 'y'], ['z', 'shapes']), attribute: [graphAttribute('body', body)] },
      ],
    });
    const found = inferElementTypes(graph);
    expect([found.get('y'), found.get('z'), found.get('shapes')]).toEqual([
      dataType.float16,
      dataType.float16,
      dataType.int64,
    ]);
    expect(found.has('w')).toBe(false);
  });

  test('types of Constant nodes, whatever attribute holds the value', () => {
    const of = (attributes: Readonly<Record<string, AttributeValue>>) => inferredOf('Constant', [], attributes)[0];
    expect(of({ value: { tensor: makeTensor('', dataType.int8, [], Int8Array.of(1)) } })).toBe('int8');
    expect(of({ value_float: { float: 0 } })).toBe('float');
    expect(of({ value_ints: { ints: [] } })).toBe('int64');
    expect(of({ value_string: { string: 'a' } })).toBe('string');
    expect(of({ value: { tensor: scalar('', 1) } })).toBe('float');
  });
});

describe('every value of real graphs', () => {
  test.each(tinyModelPaths())('%s has the type that ONNX Runtime finds', async (path) => {
    const model = await readModel(path);
    const { graph } = model.proto;
    const nodes = topologicalOrder(graph.node, path);
    // Without the declarations of dynamo exports, so that all is inferred.
    const bare = { ...graph, node: nodes, valueInfo: [] };
    const types = inferElementTypes(bare);
    const names = nodes.flatMap(({ output }) => output.filter((name) => name !== ''));
    expect(names.filter((name) => !types.has(name))).toEqual([]);
    const watched: OnnxModel = {
      ...model,
      proto: {
        ...model.proto,
        graph: {
          ...bare,
          output: names.map((name) => ({
            name,
            type: { tensorType: { elemType: types.get(name) } },
            metadataProps: [],
          })),
        },
      },
    };
    // ONNX Runtime refuses outputs that are declared with another type than it infers.
    const dims = [1, 4];
    const feed = { type: 'int64', dims, data: BigInt64Array.of(1n, 5n, 6n, 2n) } as const;
    const mask = { type: 'int64', dims, data: BigInt64Array.of(1n, 1n, 1n, 1n) } as const;
    const results = await runModel(watched, { input_ids: feed, attention_mask: mask }, { optimization: 'disabled' });
    expect(Object.keys(results).length).toBe(names.length);
  });
});

test('initializers have their own type', () => {
  const graph = smallGraph({
    outputs: {},
    nodes: [makeNode('Identity', ['n'], ['m'])],
    initializers: [integers('n', [1])],
  });
  expect(inferElementTypes(graph).get('m')).toBe(dataType.int64);
});
