import { describe, expect, test } from 'vitest';
import { type Feed, float32, int64, largestDifference, runModel } from '../../test/support/run-model.js';
import {
  bools,
  graphAttribute,
  ifNode,
  integers,
  operators,
  type SmallModel,
  scalar,
  smallGraph,
  smallModel,
} from '../../test/support/small-model.js';
import { type AttributeValue, makeNode, opsetVersion } from '../onnx/index.js';
import { raiseOpset } from './opset-upgrade.js';

interface Case {
  /** The opset that the nodes are written in. */
  readonly from: number;
  readonly model: SmallModel;
  readonly feeds: Readonly<Record<string, Feed>>;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

const shape = [2, 3, 4];
const counted = Array.from({ length: 24 }, (_, i) => ((i * 7) % 24) - 11.5);
const x = float32(shape, counted);

/** A node on a float input x of 2 × 3 × 4. */
function onX(from: number, opType: string, attributes: Attributes, outputs: readonly string[] = ['y']): Case {
  return {
    from,
    model: {
      inputs: { x: 'float[batch,rows,columns]' },
      outputs: Object.fromEntries(outputs.map((name) => [name, name === 'int' ? 'int64' : 'float'])),
      nodes: [makeNode(opType, ['x'], outputs, { attributes })],
    },
    feeds: { x },
  };
}

const ints = (...values: number[]): AttributeValue => ({ ints: values });
const int = (value: number): AttributeValue => ({ int: value });
const float = (value: number): AttributeValue => ({ float: value });

const halfX: Case['feeds'] = { x: { type: 'float16', dims: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x4200) } };

const branchOf = (...nodes: ReturnType<typeof makeNode>[]) => smallGraph({ outputs: { r: 'float' }, nodes });

const cases: Readonly<Record<string, Case>> = {
  'Slice with bounds as attributes': onX(9, 'Slice', { starts: ints(1, -3), ends: ints(2, 4), axes: ints(1, 2) }),
  'Slice to the end, without axes': onX(7, 'Slice', { starts: ints(0, 1), ends: ints(2 ** 31 - 1, 2 ** 53) }),
  'TopK with k as attribute': onX(9, 'TopK', { k: int(2), axis: int(-1) }, ['y', 'int']),
  'Clip with two bounds': onX(10, 'Clip', { min: float(-2.5), max: float(3) }),
  'Clip with an upper bound only': onX(7, 'Clip', { max: float(0.1) }),
  'Clip without bounds': onX(7, 'Clip', {}),
  'Clip in half precision': {
    from: 10,
    model: {
      inputs: { x: 'float16[n]' },
      outputs: { y: 'float16' },
      nodes: [makeNode('Clip', ['x'], ['y'], { attributes: { min: float(-1), max: float(2.5) } })],
    },
    feeds: halfX,
  },
  'Pad with a value': onX(10, 'Pad', { pads: ints(0, 0, 1, 0, 0, 2), value: float(1.5) }),
  'Pad by reflection': onX(7, 'Pad', { pads: ints(0, 0, 2, 0, 0, 1), mode: { string: 'reflect' } }),
  'Pad in double precision': {
    from: 10,
    model: {
      inputs: { x: 'float[n]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Cast', ['x'], ['d'], { attributes: { to: int(11) } }),
        makeNode('Pad', ['d'], ['p'], { attributes: { pads: ints(1, 1), value: float(0.5) } }),
        makeNode('Cast', ['p'], ['y'], { attributes: { to: int(1) } }),
      ],
    },
    feeds: { x: float32([2], [1, 2]) },
  },
  Scatter: {
    from: 9,
    model: {
      inputs: { x: 'float[n]', i: 'int64[k]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Gather', ['x', 'i'], ['u']),
        makeNode('Neg', ['u'], ['v']),
        makeNode('Scatter', ['x', 'i', 'v'], ['y'], { attributes: { axis: int(0) } }),
      ],
    },
    feeds: { x: float32([4], [1, 2, 3, 4]), i: int64([2], [2, 0]) },
  },
  'Dropout with a ratio': onX(7, 'Dropout', { ratio: float(0.5) }),
  'Unsqueeze, then Squeeze': {
    from: 11,
    model: {
      inputs: { x: 'float[a,b,c]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('Unsqueeze', ['x'], ['u'], { attributes: { axes: ints(-1, 0) } }),
        makeNode('Squeeze', ['u'], ['y'], { attributes: { axes: ints(0) } }),
      ],
    },
    feeds: { x },
  },
  'Squeeze of all': onX(7, 'Squeeze', {}),
  'ReduceSum over axes': onX(12, 'ReduceSum', { axes: ints(0, 2), keepdims: int(0) }),
  'ReduceSum over everything': onX(11, 'ReduceSum', {}),
  'Split in parts': onX(12, 'Split', { split: ints(1, 3), axis: int(2) }, ['y', 'z']),
  'Split in equal parts': onX(12, 'Split', { axis: int(2) }, ['y', 'z']),
  'Split in equal parts at opset 17': onX(17, 'Split', { axis: int(-1) }, ['y', 'z']),
  'Softmax on the axis by default': onX(7, 'Softmax', {}),
  'Softmax on all axes': onX(12, 'Softmax', { axis: int(0) }),
  'Softmax on the last axis': onX(11, 'Softmax', { axis: int(2) }),
  'Softmax on the last axis, from the end': onX(11, 'Softmax', { axis: int(-1) }),
  'Softmax on the last two axes, from the end': onX(11, 'Softmax', { axis: int(-2) }),
  LogSoftmax: onX(9, 'LogSoftmax', { axis: int(1) }),
  Hardmax: onX(11, 'Hardmax', { axis: int(1) }),
  ...Object.fromEntries(
    ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map((kind) => [
      `Reduce${kind}`,
      onX(11, `Reduce${kind}`, { axes: ints(1, -1), keepdims: int(1) }),
    ]),
  ),
  'ReduceMean at opset 17': onX(17, 'ReduceMean', { axes: ints(-1) }),
  'nodes in branches': {
    from: 11,
    model: {
      inputs: { x: 'float[a,b,c]' },
      outputs: { y: 'float' },
      nodes: [
        ifNode(
          'yes',
          ['y'],
          branchOf(
            makeNode('Unsqueeze', ['x'], ['u'], { attributes: { axes: ints(0) } }),
            makeNode('ReduceMean', ['u'], ['m'], { attributes: { axes: ints(2) } }),
            makeNode('Softmax', ['m'], ['r'], { attributes: { axis: int(2) } }),
          ),
          branchOf(makeNode('Identity', ['x'], ['r'])),
        ),
      ],
      initializers: [bools('yes', [], [true])],
    },
    feeds: { x },
  },
  'a loop with a branch in it': {
    from: 10,
    model: {
      inputs: { x: 'float[n]' },
      outputs: { y: 'float' },
      nodes: [
        {
          ...makeNode('Loop', ['three', '', 'x'], ['y']),
          attribute: [
            graphAttribute(
              'body',
              smallGraph({
                inputs: { i: 'int64[]', go: 'bool[]', v: 'float[n]' },
                outputs: { on: 'bool', w: 'float' },
                nodes: [
                  makeNode('Identity', ['go'], ['on']),
                  ifNode(
                    'go',
                    ['w'],
                    branchOf(
                      makeNode('Clip', ['v'], ['c'], { attributes: { min: float(0) } }),
                      makeNode('Add', ['c', 'one'], ['r']),
                    ),
                    branchOf(makeNode('Identity', ['v'], ['r'])),
                  ),
                ],
              }),
            ),
          ],
        },
      ],
      initializers: [{ ...integers('three', [3]), dims: [] }, scalar('one', 1)],
    },
    feeds: { x: float32([3], [-5, 0.5, 2]) },
  },
};

const targets = [9, 11, 12, 13, 17, 18, 21];

describe.each(Object.entries(cases))('%s', (_, { from, model, feeds }) => {
  const source = smallModel({ ...model, opset: from });

  test.each(targets.filter((version) => version > from))('gives the same at opset %d', async (version) => {
    const before = await runModel(source, feeds, { optimization: 'disabled' });
    const raised = raiseOpset(source, version);
    expect(opsetVersion(raised)).toBe(version);
    const after = await runModel(raised, feeds, { optimization: 'disabled' });
    for (const [name, { dims, data }] of Object.entries(before)) {
      expect(after[name].dims).toEqual(dims);
      expect(largestDifference(after[name].data, data)).toBeLessThan(1e-6);
    }
  });
});

describe('raiseOpset', () => {
  const softmax = (axis: number) => smallModel({ ...onX(11, 'Softmax', { axis: int(axis) }).model, opset: 11 });

  test('leaves a model that is new enough as it is', () => {
    const model = smallModel({ ...onX(17, 'Relu', {}).model, opset: 17 });
    expect(raiseOpset(model, 13)).toBe(model);
    expect(raiseOpset(model, 17)).toBe(model);
  });

  test('keeps other domains', () => {
    const model = smallModel({ ...onX(11, 'Relu', {}).model, opset: 11, domains: { 'com.microsoft': 1 } });
    expect(opsetVersion(raiseOpset(model, 17), 'com.microsoft')).toBe(1);
  });

  test('writes out the old Softmax only where its axis is not the last', () => {
    expect(operators(raiseOpset(softmax(2), 13))).toEqual(['Softmax']);
    expect(operators(raiseOpset(softmax(1), 13))).toEqual(['Flatten', 'Softmax', 'Shape', 'Reshape']);
  });

  test('keeps a Dropout whose mask is asked for, in a form that runs', async () => {
    const dropped = onX(10, 'Dropout', { ratio: float(0.5), seed: int(1) }, ['y', 'mask']).model;
    const raised = raiseOpset(smallModel({ ...dropped, outputs: { y: 'float', mask: 'bool' }, opset: 10 }), 13);
    const { y, mask } = await runModel(raised, { x });
    expect([...(y.data as Float32Array)]).toEqual(counted);
    expect(mask.type).toBe('bool');
  });

  test('leaves operators of the same name in other domains', () => {
    const node = makeNode('Softmax', ['x'], ['y'], { domain: 'com.example', attributes: { axis: int(1) } });
    const model = smallModel({
      inputs: { x: 'float' },
      outputs: { y: 'float' },
      nodes: [node],
      opset: 11,
      domains: { 'com.example': 1 },
    });
    expect(raiseOpset(model, 13).proto.graph.node).toEqual([node]);
  });

  test('gives inputs that are made of attributes names of their own', () => {
    const model = smallModel({
      inputs: { x: 'float[2,3]' },
      outputs: { y: 'float', y_axes: 'float' },
      nodes: [
        makeNode('Squeeze', ['x'], ['y'], { attributes: { axes: ints(0) } }),
        makeNode('Relu', ['x'], ['y_axes']),
      ],
      opset: 11,
    });
    expect(raiseOpset(model, 13).proto.graph.node[0].input).toEqual(['x', 'y_axes_2']);
  });

  test.each([
    ['before opset 7', 6, 'Relu', 7, 'opset 6'],
    ['with an operator that is not converted', 10, 'Resize', 11, 'raising Resize (node "y") to opset 11'],
  ])('refuses a model %s', (_, opset, opType, version, what) => {
    const model = smallModel({ ...onX(opset, opType, {}).model, opset });
    expect(() => raiseOpset(model, version)).toThrow(
      expect.objectContaining({
        code: 'ONNX_UNSUPPORTED',
        details: expect.objectContaining({ path: 'small.onnx', what }),
      }),
    );
  });

  test('refuses what is not converted in a branch as well', () => {
    const branch = branchOf(makeNode('Upsample', ['x', 'scales'], ['r']));
    const model = smallModel({
      inputs: { x: 'float', flag: 'bool' },
      outputs: { y: 'float' },
      nodes: [ifNode('flag', ['y'], branch, branch)],
      opset: 9,
    });
    expect(() => raiseOpset(model, 10)).toThrow(/Upsample/);
  });
});
