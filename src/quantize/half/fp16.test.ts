import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../../test/support/random-matrix.js';
import { type Feed, float32, int64, largestDifference, runModel } from '../../../test/support/run-model.js';
import {
  bools,
  floats,
  ifNode,
  initializerNames,
  integers,
  type SmallModel,
  scalar,
  smallGraph,
  smallModel,
  wiring,
} from '../../../test/support/small-model.js';
import { floatToHalf, halfToFloat } from '../../numbers/index.js';
import {
  dataType,
  dataTypeName,
  encodeModel,
  intAttribute,
  isOp,
  makeNode,
  type NodeProto,
  type OnnxModel,
  tensorFloats,
} from '../../onnx/index.js';
import { hasHalfWeights, widen } from '../widen.js';
import { fp16 } from './fp16.js';

const width = 16;
const weights = randomMatrix(width, width, 1).data;
const w = floats('w', [width, width], [...weights]);
const x = randomMatrix(3, width, 2).data;
const feeds = { x: float32([3, width], x) };

function modelOf(model: Partial<SmallModel>): OnnxModel {
  return smallModel({ inputs: { x: `float[n,${width}]` }, outputs: { y: 'float' }, nodes: [], ...model });
}

/** Operators in order; Casts say to what. */
function steps(model: OnnxModel): string[] {
  return model.proto.graph.node.map((node) =>
    isOp(node, 'Cast') ? `Cast to ${dataTypeName(intAttribute(node, 'to'))}` : (node.opType ?? ''),
  );
}

function typeOf(model: OnnxModel, name: string): string {
  return dataTypeName(model.proto.graph.initializer.find((tensor) => tensor.name === name)?.dataType);
}

/** Half precision must run, and come as near as it can. */
async function expectClose(source: OnnxModel, within: number, given: Readonly<Record<string, Feed>> = feeds) {
  const { model } = fp16(source);
  const [before, after] = [await runModel(source, given), await runModel(model, given)];
  for (const [name, { type, dims, data }] of Object.entries(before)) {
    expect(after[name].type).toBe(type);
    expect(after[name].dims).toEqual(dims);
    expect(largestDifference(after[name].data, data)).toBeLessThan(within);
  }
  return model;
}

describe('fp16', () => {
  test('computes in half precision between inputs and outputs in FP32', async () => {
    const source = modelOf({
      nodes: [makeNode('MatMul', ['x', 'w'], ['a']), makeNode('Tanh', ['a'], ['y'])],
      initializers: [w],
    });
    const model = await expectClose(source, 5e-3);
    expect(steps(model)).toEqual(['Cast to float16', 'MatMul', 'Tanh', 'Cast to float']);
    expect(initializerNames(model)).toEqual(['w_half']);
    expect(model.proto.graph.output[0].type?.tensorType?.elemType).toBe(dataType.float);
    expect(Buffer.concat(encodeModel(fp16(source).model.proto))).toEqual(Buffer.concat(encodeModel(model.proto)));
  });

  test('an output that other nodes use as well is cast once', async () => {
    const model = await expectClose(
      modelOf({
        outputs: { a: 'float', y: 'float' },
        nodes: [makeNode('MatMul', ['x', 'w'], ['a']), makeNode('Tanh', ['a'], ['y'])],
        initializers: [w],
      }),
      5e-3,
    );
    expect(wiring(model)).toEqual([
      'Cast(x) -> x_half',
      'MatMul(x_half, w_half) -> a_half',
      'Cast(a_half) -> a',
      'Tanh(a_half) -> y_half',
      'Cast(y_half) -> y',
    ]);
  });

  test('rewrites Casts to float, and leaves others', async () => {
    const model = await expectClose(
      modelOf({
        inputs: { x: `float[n,${width}]`, mask: 'int64[n,1]' },
        nodes: [
          makeNode('Cast', ['mask'], ['m'], { attributes: { to: { int: dataType.float } } }),
          makeNode('Mul', ['x', 'm'], ['a']),
          makeNode('Cast', ['a'], ['b'], { attributes: { to: { int: dataType.bool } } }),
          makeNode('Where', ['b', 'a', 'm'], ['y']),
        ],
      }),
      1e-2,
      { ...feeds, mask: int64([3, 1], [1, 0, 2]) },
    );
    expect(steps(model)).toEqual([
      'Cast to float16',
      'Cast to float16',
      'Mul',
      'Cast to bool',
      'Where',
      'Cast to float',
    ]);
  });

  test('a weight that nodes of both precisions use exists in both', async () => {
    const model = await expectClose(
      modelOf({
        nodes: [
          makeNode('MatMul', ['x', 'w'], ['a']),
          makeNode('ReduceSum', ['w'], ['s'], { attributes: { keepdims: { int: 0 } } }),
          makeNode('Add', ['a', 's'], ['y']),
        ],
        initializers: [w],
      }),
      2e-2,
    );
    expect(initializerNames(model).sort()).toEqual(['w', 'w_half']);
  });

  // ONNX Runtime 1.30 takes no such input where JavaScript has a Float16Array (Node.js 24).
  test.skipIf('Float16Array' in globalThis)(
    'an input of the model in half precision is not cast back and forth',
    async () => {
      const half = randomHalves(3 * width);
      const source = modelOf({
        inputs: { x: `float16[n,${width}]` },
        outputs: { y: 'float16' },
        nodes: [
          makeNode('Cast', ['x'], ['f'], { attributes: { to: { int: dataType.float } } }),
          makeNode('MatMul', ['f', 'w'], ['a']),
          makeNode('Cast', ['a'], ['y'], { attributes: { to: { int: dataType.float16 } } }),
        ],
        initializers: [w],
      });
      const { model } = fp16(source);
      const result = await runModel(model, { x: { type: 'float16', dims: [3, width], data: half } });
      expect(result.y.type).toBe('float16');
      expect(model.proto.graph.node.filter((node) => isOp(node, 'Cast')).length).toBeLessThanOrEqual(2);
    },
  );

  describe('ConstantOfShape', () => {
    const shaped = (node: NodeProto) =>
      modelOf({
        nodes: [makeNode('Shape', ['x'], ['s']), node, makeNode('Add', ['c', 'x'], ['y'])],
      });

    test('without a value gives zeros in half precision', async () => {
      await expectClose(shaped(makeNode('ConstantOfShape', ['s'], ['c'])), 1e-3);
    });

    test('with a float value gives it in half precision', async () => {
      const value = { tensor: floats('', [1], [0.5]) };
      await expectClose(shaped(makeNode('ConstantOfShape', ['s'], ['c'], { attributes: { value } })), 1e-3);
    });

    test('with an integer value is left', async () => {
      const value = { tensor: integers('', [3]) };
      const nodes = [
        makeNode('Shape', ['x'], ['s']),
        makeNode('ConstantOfShape', ['s'], ['i'], { attributes: { value } }),
        makeNode('Cast', ['i'], ['c'], { attributes: { to: { int: dataType.float } } }),
        makeNode('Add', ['c', 'x'], ['y']),
      ];
      await expectClose(modelOf({ nodes }), 5e-3);
    });
  });

  describe('numbers beyond the range', () => {
    const scaled = (values: readonly number[]) =>
      modelOf({
        nodes: [makeNode('Mul', ['x', 'big'], ['y'])],
        initializers: [floats('big', [values.length], values)],
      });

    test('become the largest there is, and are reported', () => {
      const { model, clamped } = fp16(scaled([1, -1e6, 7e4, 65504, ...new Array(12).fill(0)]));
      expect(clamped).toEqual([{ tensor: 'big', values: 2 }]);
      const [tensor] = model.proto.graph.initializer;
      expect([...tensorFloats(model, tensor)].slice(0, 4)).toEqual([1, -65504, 65504, 65504]);
    });

    test.each([
      ['the lowest float32', -3.4028234663852886e38, -65504],
      ['-1e9', -1e9, -65504],
      ['minus infinity', Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ])('that stand for infinity in masks are not: %s', async (_, value, expected) => {
      const masked = modelOf({
        inputs: { x: 'float[n,4]', mask: 'bool[4]' },
        nodes: [
          makeNode('Where', ['mask', 'zero', 'low'], ['bias']),
          makeNode('Add', ['x', 'bias'], ['a']),
          makeNode('Softmax', ['a'], ['y']),
        ],
        initializers: [scalar('zero', 0), scalar('low', value)],
      });
      const { model, clamped } = fp16(masked);
      expect(clamped).toEqual([]);
      const low = model.proto.graph.initializer.find(({ name }) => name === 'low_half');
      expect(low && [...tensorFloats(model, low)]).toEqual([expected]);
      const given = {
        x: float32([1, 4], [1, 2, 3, 4]),
        mask: { type: 'bool', dims: [4], data: Uint8Array.of(1, 1, 0, 1) },
      } as const;
      const { y } = await runModel(model, given);
      expect(y.data[2]).toBe(0);
      expect(Number.isFinite(y.data[0])).toBe(true);
    });
  });

  describe('keeps in FP32', () => {
    const inFloat = (model: OnnxModel, opType: string): boolean[] => {
      const halves = new Set(
        model.proto.graph.node.flatMap((node) =>
          isOp(node, 'Cast') && intAttribute(node, 'to') === dataType.float16 ? node.output : [],
        ),
      );
      return model.proto.graph.node
        .filter((node) => isOp(node, opType))
        .map((node) => node.input.every((name) => !halves.has(name) && typeOf(model, name) !== 'float16'));
    };

    /** A decomposed LayerNorm of `input`, with gamma as bias as well. */
    const layerNorm = (input: string): NodeProto[] => [
      makeNode('ReduceMean', [input], ['mean'], { attributes: { axes: { ints: [-1] } } }),
      makeNode('Sub', [input, 'mean'], ['centred']),
      makeNode('Pow', ['centred', 'two'], ['squares']),
      makeNode('ReduceMean', ['squares'], ['variance'], { attributes: { axes: { ints: [-1] } } }),
      makeNode('Add', ['variance', 'epsilon'], ['safe']),
      makeNode('Sqrt', ['safe'], ['deviation']),
      makeNode('Div', ['centred', 'deviation'], ['normal']),
      makeNode('Mul', ['normal', 'gamma'], ['scaled']),
      makeNode('Add', ['scaled', 'gamma'], ['y']),
    ];
    const normConstants = [
      scalar('two', 2),
      scalar('epsilon', 1e-12),
      floats('gamma', [width], new Array(width).fill(1)),
    ];
    const small = {
      x: float32(
        [3, width],
        x.map((value) => value * 1e-3),
      ),
    };

    test('a decomposed LayerNorm of small numbers, its epsilon of 1e-12 included', async () => {
      const nodes = [makeNode('MatMul', ['x', 'w'], ['h']), ...layerNorm('h')];
      const model = await expectClose(modelOf({ nodes, initializers: [w, ...normConstants] }), 2e-2, small);
      for (const opType of ['ReduceMean', 'Sub', 'Pow', 'Sqrt', 'Div']) {
        expect(inFloat(model, opType)).not.toContain(false);
      }
      expect(typeOf(model, 'gamma_half')).toBe('float16');
    });

    test('scale and bias as well where the norm takes an FP32 value: ONNX Runtime fuses them', async () => {
      const model = await expectClose(modelOf({ nodes: layerNorm('x'), initializers: normConstants }), 1e-5, small);
      expect(typeOf(model, 'gamma')).toBe('float');
    });

    test('a decomposed RMSNorm of numbers whose squares leave the range', async () => {
      const nodes = [
        makeNode('Pow', ['x', 'two'], ['squares']),
        makeNode('ReduceMean', ['squares'], ['mean'], { attributes: { axes: { ints: [-1] } } }),
        makeNode('Add', ['mean', 'epsilon'], ['safe']),
        makeNode('Sqrt', ['safe'], ['root']),
        makeNode('Reciprocal', ['root'], ['inverse']),
        makeNode('Mul', ['x', 'inverse'], ['y']),
      ];
      const large = {
        x: float32(
          [3, width],
          x.map((value) => value * 4000),
        ),
      };
      await expectClose(modelOf({ nodes, initializers: [scalar('two', 2), scalar('epsilon', 1e-6)] }), 5e-3, large);
    });

    test('a divisor that a small number keeps from 0', async () => {
      const pooled = modelOf({
        inputs: { x: `float[n,${width}]`, mask: 'float[n,1]' },
        nodes: [
          makeNode('Mul', ['x', 'mask'], ['masked']),
          makeNode('Clip', ['mask', 'least'], ['count']),
          makeNode('Div', ['masked', 'count'], ['y']),
        ],
        initializers: [scalar('least', 1e-9)],
      });
      await expectClose(pooled, 5e-3, { ...feeds, mask: float32([3, 1], [1, 0, 1]) });
    });

    test('the angles of rotary positions, but not the model that their number is taken from', async () => {
      const positions = 4096;
      const rotary = modelOf({
        inputs: { ids: 'int64[n]' },
        nodes: [
          makeNode('Gather', ['table', 'ids'], ['h']),
          makeNode('Shape', ['h'], ['count'], { attributes: { end: { int: 1 } } }),
          makeNode('Squeeze', ['count'], ['n']),
          makeNode('Range', ['start', 'n', 'step'], ['range']),
          makeNode('Cast', ['range'], ['position'], { attributes: { to: { int: dataType.float } } }),
          makeNode('Unsqueeze', ['position', 'axis'], ['column']),
          makeNode('Mul', ['column', 'frequency'], ['angle']),
          makeNode('Cos', ['angle'], ['cos']),
          makeNode('Sin', ['angle'], ['sin']),
          makeNode('Mul', ['h', 'cos'], ['c']),
          makeNode('Mul', ['h', 'sin'], ['s']),
          makeNode('Add', ['c', 's'], ['y']),
        ],
        initializers: [
          floats('table', [8, width], [...randomMatrix(8, width, 3).data]),
          floats(
            'frequency',
            [width],
            Array.from({ length: width }, (_, i) => 10000 ** (-i / width)),
          ),
          { ...integers('start', [0]), dims: [] },
          { ...integers('step', [1]), dims: [] },
          integers('axis', [1]),
        ],
      });
      const ids = int64(
        [positions],
        Array.from({ length: positions }, (_, i) => i % 8),
      );
      const model = await expectClose(rotary, 5e-3, { ids });
      expect(typeOf(model, 'frequency')).toBe('float');
      expect(typeOf(model, 'table_half')).toBe('float16');
    });

    test('branches, which get what they need', async () => {
      const branch = (op: string) => smallGraph({ outputs: { r: '' }, nodes: [makeNode(op, ['a', 'w'], ['r'])] });
      const model = await expectClose(
        modelOf({
          nodes: [
            makeNode('MatMul', ['x', 'w'], ['a']),
            ifNode('yes', ['b'], branch('MatMul'), branch('Add')),
            makeNode('Tanh', ['b'], ['y']),
          ],
          initializers: [w, bools('yes', [], [true])],
        }),
        2e-2,
      );
      expect(initializerNames(model).sort()).toEqual(['w', 'w_half', 'yes']);
      expect(steps(model)).toEqual([
        'Cast to float16',
        'MatMul',
        'Cast to float',
        'If',
        'Cast to float16',
        'Tanh',
        'Cast to float',
      ]);
    });

    test('operators of other domains', async () => {
      const model = await expectClose(
        modelOf({
          nodes: [
            makeNode('MatMul', ['x', 'w'], ['a']),
            makeNode('BiasGelu', ['a', 'b'], ['g'], { domain: 'com.microsoft' }),
            makeNode('MatMul', ['g', 'w'], ['y']),
          ],
          initializers: [w, floats('b', [width], new Array(width).fill(0.1))],
          domains: { 'com.microsoft': 1 },
        }),
        3e-2,
      );
      expect(typeOf(model, 'b')).toBe('float');
    });

    test('a constant that is an output of the model', async () => {
      const constant = makeNode('Constant', [], ['c'], { attributes: { value_float: { float: 2 } } });
      await expectClose(
        modelOf({ outputs: { c: 'float', y: 'float' }, nodes: [constant, makeNode('Mul', ['x', 'c'], ['y'])] }),
        1e-2,
      );
    });

    test('LayerNormalization only if it is told to sum in half precision', async () => {
      const norm = (stash: number | undefined) =>
        modelOf({
          nodes: [
            makeNode('MatMul', ['x', 'w'], ['a']),
            makeNode('LayerNormalization', ['a', 'g', 'g'], ['y'], {
              attributes: stash === undefined ? {} : { stash_type: { int: stash } },
            }),
          ],
          initializers: [w, floats('g', [width], new Array(width).fill(1))],
        });
      const model = await expectClose(norm(undefined), 2e-2);
      expect(steps(model)).toEqual(['Cast to float16', 'MatMul', 'LayerNormalization', 'Cast to float']);
      expect(steps(fp16(norm(dataType.float16)).model)).toEqual([
        'Cast to float16',
        'MatMul',
        'Cast to float',
        'LayerNormalization',
      ]);
    });
  });
});

describe('widen', () => {
  const source = modelOf({
    inputs: { x: `float[n,${width}]`, mask: 'int64[n,1]' },
    nodes: [
      makeNode('Cast', ['mask'], ['m'], { attributes: { to: { int: dataType.float } } }),
      makeNode('MatMul', ['x', 'w'], ['a']),
      makeNode('Mul', ['a', 'm'], ['b']),
      makeNode('ReduceMean', ['b'], ['mean'], { attributes: { axes: { ints: [-1] } } }),
      makeNode('Sub', ['b', 'mean'], ['y']),
    ],
    initializers: [w],
  });
  const given = { ...feeds, mask: int64([3, 1], [1, 0, 1]) };

  test('undoes fp16 but for the rounding of weights', async () => {
    const half = fp16(source).model;
    const wide = widen(half);
    expect([hasHalfWeights(source), hasHalfWeights(half), hasHalfWeights(wide)]).toEqual([false, true, false]);
    // The Cast that made the output is all that is left of them.
    expect(steps(wide)).toEqual(['Cast to float', 'MatMul', 'Mul', 'ReduceMean', 'Sub']);
    const rounded = weights.map((value) => halfToFloat(floatToHalf(value)));
    expect([...tensorFloats(wide, wide.proto.graph.initializer[0])]).toEqual([...rounded]);
    const exact = {
      ...source,
      proto: {
        ...source.proto,
        graph: { ...source.proto.graph, initializer: [floats('w', [width, width], [...rounded])] },
      },
    };
    const [a, b] = [await runModel(exact, given), await runModel(wide, given)];
    expect(largestDifference(a.y.data, b.y.data)).toBe(0);
  });

  test('twice is once', () => {
    const wide = widen(fp16(source).model);
    expect(widen(wide)).toEqual(wide);
  });

  test('leaves an FP32 model as it is', () => {
    const float = modelOf({ nodes: [makeNode('MatMul', ['x', 'w'], ['y'])], initializers: [w] });
    expect(widen(float)).toEqual(float);
  });

  test('makes inputs, outputs, branches, constants and declared types FP32', async () => {
    const half = { type: dataType.float16, bits: [0x3c00] };
    const value = { tensor: { ...floats('', [1], [0]), dataType: half.type, rawData: new Uint8Array([0, 0x3c]) } };
    const branch = smallGraph({
      outputs: { r: 'float16' },
      nodes: [
        makeNode('Constant', [], ['one'], { attributes: { value } }),
        makeNode('Cast', ['x'], ['h'], { attributes: { to: { int: half.type } } }),
        makeNode('Add', ['h', 'one'], ['r']),
      ],
    });
    const model = modelOf({
      inputs: { x: 'float16[n]' },
      outputs: { y: 'float16' },
      nodes: [
        ifNode('yes', ['a'], branch, branch),
        makeNode('Shape', ['a'], ['s']),
        makeNode('ConstantOfShape', ['s'], ['c'], { attributes: { value } }),
        makeNode('RandomNormalLike', ['c'], ['unused'], { attributes: { dtype: { int: half.type } } }),
        makeNode('Add', ['a', 'c'], ['y']),
      ],
      initializers: [bools('yes', [], [true])],
    });
    const { y } = await runModel(widen(model), { x: float32([2], [1, 2]) });
    expect([y.type, ...Array.from(y.data)]).toEqual(['float32', 3, 4]);
  });

  test('bfloat16 weights are widened exactly', () => {
    const bits = Uint16Array.of(0x3f80, 0xc000, 0x3dcc, 0x0001);
    const tensor = { ...floats('w', [4], []), dataType: dataType.bfloat16, rawData: new Uint8Array(bits.buffer) };
    const model = modelOf({
      nodes: [makeNode('Cast', ['w'], ['f'], { attributes: { to: { int: 1 } } }), makeNode('Add', ['x', 'f'], ['y'])],
      initializers: [tensor],
    });
    expect(hasHalfWeights(model)).toBe(true);
    const wide = widen(model);
    expect(wiring(wide)).toEqual(['Add(x, w) -> y']);
    expect([...tensorFloats(wide, wide.proto.graph.initializer[0])]).toEqual([1, -2, 0.099609375, 2 ** -133]);
  });

  test('finds weights in Constant nodes', () => {
    const value = { tensor: { ...floats('', [2], []), dataType: dataType.float16, rawData: new Uint8Array(4) } };
    const model = modelOf({ nodes: [makeNode('Constant', [], ['c'], { attributes: { value } })] });
    expect(hasHalfWeights(model)).toBe(true);
  });
});

function randomHalves(count: number): Uint16Array {
  return Uint16Array.from(randomMatrix(1, count, 4).data, floatToHalf);
}
