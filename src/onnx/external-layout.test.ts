import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { dataType } from './element-types.js';
import { insideTensor, moveOut, outsideTensor } from './external-layout.js';
import { floatTensor, makeTensor } from './make-tensor.js';
import type { TensorProto } from './messages.js';

const zeros = (name: string, count: number) => floatTensor(name, [count], new Float32Array(count));
const modelOf = (initializers: readonly TensorProto[]) => smallModel({ outputs: {}, nodes: [], initializers });
const places = (initializers: readonly TensorProto[]) =>
  moveOut(modelOf(initializers), 'data').moved.map(({ before, offset, length }) => [before.name, offset, length]);

describe('weights that move out', () => {
  test('begin on pages of 4096 bytes, one behind the other', () => {
    expect(places([zeros('a', 256), zeros('b', 1024), zeros('c', 1025), zeros('d', 300)])).toEqual([
      ['a', 0, 1024],
      ['b', 4096, 4096],
      ['c', 8192, 4100],
      ['d', 16_384, 1200],
    ]);
  });

  test('have a kilobyte at least; smaller ones, strings and types of the future stay', () => {
    const strings = {
      ...zeros('s', 0),
      dataType: dataType.string,
      stringData: [new Uint8Array(5000)],
      rawData: undefined,
    };
    const future = makeTensor('f', 99, [5000], new Uint8Array(5000));
    const bytes = [
      makeTensor('u', dataType.uint8, [1023], new Uint8Array(1023)),
      makeTensor('v', dataType.uint8, [1024], new Uint8Array(1024)),
    ];
    expect(places([zeros('a', 255), strings, future, ...bytes, zeros('e', 0)])).toEqual([['v', 0, 1024]]);
  });

  test('of less than a byte an element take the bytes that they fill', () => {
    const nibbles = makeTensor('n', dataType.uint4, [2049], new Uint8Array(1025));
    expect(places([nibbles])).toEqual([['n', 0, 1025]]);
  });

  test('leave a tensor that says where they are, in the order of the graph; the model stays as it was', () => {
    const model = modelOf([floats('small', [1], [1]), zeros('large', 512)]);
    const { proto, moved } = moveOut(model, 'model.onnx_data');
    const [small, large] = proto.graph?.initializer ?? [];
    expect(small).toBe(model.proto.graph.initializer[0]);
    expect(moved[0].before).toBe(model.proto.graph.initializer[1]);
    expect(moved[0].after).toBe(large);
    expect(large).toEqual({
      ...zeros('large', 512),
      rawData: undefined,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: 'model.onnx_data' },
        { key: 'offset', value: '0' },
        { key: 'length', value: '2048' },
      ],
    });
    expect(model.proto.graph.initializer[1].rawData).toHaveLength(2048);
  });
});

test('a tensor that goes out has no data of any field, and none but its own when it comes in again', () => {
  const typed = { ...zeros('t', 2), rawData: undefined, floatData: new Uint8Array(8), docString: 'kept' };
  const outside = outsideTensor(typed, 'data', 4096, 8);
  expect(outside).toMatchObject({ floatData: undefined, rawData: undefined, docString: 'kept', dims: [2] });
  const inside = insideTensor(outside, new Uint8Array(8).fill(1));
  expect(inside).toMatchObject({ dataLocation: undefined, externalData: [], docString: 'kept', floatData: undefined });
  expect(inside.rawData).toEqual(new Uint8Array(8).fill(1));
});
