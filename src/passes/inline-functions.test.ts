import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { float32, largestDifference, runModel } from '../../test/support/run-model.js';
import {
  floats,
  ifNode,
  operators,
  type SmallModel,
  scalar,
  smallGraph,
  smallModel,
} from '../../test/support/small-model.js';
import { everyNode } from '../graph/index.js';
import {
  type AttributeProto,
  type FunctionProto,
  makeAttribute,
  makeNode,
  type NodeProto,
  type OnnxModel,
} from '../onnx/index.js';
import { inlineFunctions } from './inline-functions.js';

const domain = 'pkg.test';

interface Definition extends Partial<Omit<FunctionProto, 'node'>> {
  readonly opset?: number;
}

function definition(
  name: string,
  input: readonly string[],
  output: readonly string[],
  node: readonly NodeProto[],
  { opset = 17, ...others }: Definition = {},
): FunctionProto {
  const opsetImport = [
    { domain: '', version: opset },
    { domain, version: 1 },
  ];
  return {
    name,
    domain,
    input,
    output,
    node,
    opsetImport,
    attribute: [],
    attributeProto: [],
    valueInfo: [],
    metadataProps: [],
    ...others,
  };
}

function modelWith(functions: readonly FunctionProto[], model: SmallModel): OnnxModel {
  const small = smallModel({ domains: { [domain]: 1 }, ...model });
  return { ...small, proto: { ...small.proto, functions } };
}

const call = (
  name: string,
  input: string[],
  output: string[],
  attribute: readonly AttributeProto[] = [],
): NodeProto => ({
  ...makeNode(name, input, output, { domain }),
  attribute,
});

const x = float32([2, 4], randomMatrix(2, 4, 1).data);

async function expectInlined(model: OnnxModel, feeds = { x }): Promise<OnnxModel> {
  const inlined = inlineFunctions(model);
  expect(inlined.proto.functions).toEqual([]);
  expect(everyNode(inlined).filter((node) => node.domain === domain)).toEqual([]);
  expect(inlined.proto.opsetImport.map((each) => each.domain)).not.toContain(domain);
  const [exact, found] = [await runModel(model, feeds), await runModel(inlined, feeds)];
  for (const [name, { dims, data }] of Object.entries(exact)) {
    expect(found[name].dims).toEqual(dims);
    expect(largestDifference(found[name].data, data)).toBe(0);
  }
  return inlined;
}

const linear = definition(
  'linear',
  ['x', 'w'],
  ['y'],
  [makeNode('Transpose', ['w'], ['wt']), makeNode('MatMul', ['x', 'wt'], ['m']), makeNode('Relu', ['m'], ['y'])],
);
const w = floats('w', [4, 4], [...randomMatrix(4, 4, 2).data]);
const layers: SmallModel = {
  inputs: { x: 'float[2,4]' },
  outputs: { y: 'float[2,4]' },
  nodes: [call('linear', ['x', 'w'], ['wt']), call('linear', ['wt', 'w'], ['y'])],
  initializers: [w],
};

describe('inlineFunctions', () => {
  test('puts the nodes in place of each call, under names of their own', async () => {
    const inlined = await expectInlined(modelWith([linear], layers));
    expect(operators(inlined)).toEqual(['Transpose', 'MatMul', 'Relu', 'Transpose', 'MatMul', 'Relu']);
  });

  test('leaves a model without functions as it is', () => {
    const plain = smallModel({ outputs: { y: 'float' }, nodes: [] });
    expect(inlineFunctions(plain)).toBe(plain);
  });

  test('follows functions that call functions, and calls in branches', async () => {
    const twice = definition(
      'twice',
      ['x', 'w'],
      ['y'],
      [call('linear', ['x', 'w'], ['h']), call('linear', ['h', 'w'], ['y'])],
    );
    const branch = (op: string) => smallGraph({ outputs: { r: 'float' }, nodes: [call(op, ['x', 'w'], ['r'])] });
    await expectInlined(
      modelWith([linear, twice], {
        ...layers,
        nodes: [
          makeNode('ReduceSum', ['x', 'none'], ['s'], { attributes: { keepdims: { int: 0 } } }),
          makeNode('Greater', ['s', 'zero'], ['positive']),
          ifNode('positive', ['y'], branch('twice'), branch('linear')),
        ],
        initializers: [w, scalar('zero', 0), { ...floats('none', [0], []), dataType: 7 }],
      }),
    );
  });

  test('takes attributes from the call, from the default, or leaves them out', async () => {
    const body = makeNode('LeakyRelu', ['x'], ['y']);
    const reference = { ...makeAttribute('alpha', { float: 0 }), f: undefined, refAttrName: 'slope' };
    const leaky = (name: string, attributeProto: AttributeProto[]) =>
      definition(name, ['x'], ['y'], [{ ...body, attribute: [reference] }], {
        attribute: attributeProto.length > 0 ? [] : ['slope'],
        attributeProto,
      });
    await expectInlined(
      modelWith([leaky('open', []), leaky('preset', [makeAttribute('slope', { float: 0.75 })])], {
        ...layers,
        nodes: [
          call('open', ['x'], ['a'], [makeAttribute('slope', { float: 0.5 })]),
          call('open', ['a'], ['b']),
          call('preset', ['b'], ['c']),
          call('preset', ['c'], ['y'], [makeAttribute('slope', { float: 0.25 })]),
        ],
        initializers: [],
      }),
    );
  });

  test('knows optional parameters that are left out, results that nobody wants, and parameters handed on', async () => {
    const clip = definition(
      'clip',
      ['x', 'low', 'high'],
      ['y', 'x', 'also'],
      [makeNode('Clip', ['x', 'low', 'high'], ['y']), makeNode('Neg', ['y'], ['also'])],
    );
    // ONNX Runtime itself refuses such calls.
    const inlined = inlineFunctions(
      modelWith([clip], {
        ...layers,
        outputs: { y: 'float', same: 'float' },
        nodes: [call('clip', ['x', 'low'], ['y', 'same'])],
        initializers: [scalar('low', 0)],
      }),
    );
    const { y, same } = await runModel(inlined, { x });
    const given = Array.from(x.data, Number);
    expect(Array.from(y.data, Number)).toEqual(given.map((value) => Math.max(value, 0)));
    expect(Array.from(same.data, Number)).toEqual(given);
  });

  test('raises functions of older opsets to that of the model', () => {
    const squeeze = definition(
      'drop',
      ['x'],
      ['y'],
      [makeNode('Squeeze', ['x'], ['y'], { attributes: { axes: { ints: [0] } } })],
      { opset: 11 },
    );
    const inlined = inlineFunctions(
      modelWith([squeeze], {
        ...layers,
        nodes: [call('drop', ['x'], ['h']), call('drop', ['h'], ['y'])],
        initializers: [],
      }),
    );
    expect(operators(inlined)).toEqual(['Constant', 'Squeeze', 'Constant', 'Squeeze']);
  });

  test('refuses functions that call themselves, and those that stand for too much', () => {
    const endless = definition('endless', ['x'], ['y'], [call('endless', ['x'], ['y'])]);
    const nodes = [call('endless', ['x'], ['y'])];
    expect(() => inlineFunctions(modelWith([endless], { ...layers, nodes }))).toThrow(
      expect.objectContaining({ code: 'ONNX_CORRUPT' }),
    );
    const many = Array.from({ length: 32 }, (_, i) =>
      definition(
        `f${i}`,
        ['x'],
        ['y'],
        [
          i === 0 ? makeNode('Relu', ['x'], ['h']) : call(`f${i - 1}`, ['x'], ['h']),
          i === 0 ? makeNode('Relu', ['h'], ['y']) : call(`f${i - 1}`, ['h'], ['y']),
        ],
      ),
    );
    expect(() => inlineFunctions(modelWith(many, { ...layers, nodes: [call('f31', ['x'], ['y'])] }))).toThrow(
      expect.objectContaining({ code: 'ONNX_LIMIT' }),
    );
  });
});
