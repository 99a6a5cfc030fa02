import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuClock } from '../../test/support/cpu-time.js';
import { bytesField, concat, messageField, modelWith, varint, varintField } from '../../test/support/protobuf.js';
import { dataType } from './element-types.js';
import { floatTensor, int64Tensor, makeTensor, toInt64 } from './make-tensor.js';
import type { TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { parseModel, readModel } from './read-model.js';
import { elementCount, tensorByteLength, tensorBytes, tensorFloats, tensorIntegers } from './tensor.js';

interface GoldenTensor {
  readonly dataType: number;
  readonly raw: string;
  readonly floats?: string[];
  readonly integers?: string[];
}

const here = (path: string) => fileURLToPath(new URL(`../../test/${path}`, import.meta.url));
const golden: { readonly tensors: Record<string, GoldenTensor> } = JSON.parse(
  readFileSync(here('golden/onnx-tensors.golden.json'), 'utf8'),
);

function initializer(model: OnnxModel, name: string): TensorProto {
  return model.proto.graph.initializer.find((tensor) => tensor.name === name) as TensorProto;
}

describe.each(['raw', 'typed', 'external'])('tensors of the reference implementation, %s', async (form) => {
  const model = await readModel(here(`fixtures/onnx/tensors-${form}.onnx`));

  test.each(Object.entries(golden.tensors))('%s', (name, expected) => {
    const tensor = initializer(model, name);
    expect(tensor.dataType).toBe(expected.dataType);
    expect(dataType[name.toLowerCase() as keyof typeof dataType]).toBe(expected.dataType);
    expect(Buffer.from(tensorBytes(model, tensor)).toString('hex')).toBe(expected.raw);
    expect(tensorByteLength(model, tensor)).toBe(expected.raw.length / 2);
    if (expected.floats !== undefined) {
      const floats = expected.floats.map((value) => Number(value.replace('inf', 'Infinity')));
      expect([...tensorFloats(model, tensor)]).toEqual(floats);
    } else {
      expect(() => tensorFloats(model, tensor)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }));
    }
    if (expected.integers !== undefined) {
      expect(tensorIntegers(model, tensor)).toEqual(expected.integers.map(Number));
    } else {
      expect(() => tensorIntegers(model, tensor)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }));
    }
  });
});

test('a scalar has one element, a tensor with a dimension of 0 none', async () => {
  const model = await readModel(here('fixtures/onnx/tensors-raw.onnx'));
  expect([...tensorFloats(model, initializer(model, 'scalar'))]).toEqual([2.5]);
  expect([...tensorFloats(model, initializer(model, 'empty'))]).toEqual([]);
});

test('strings have a length, but no raw bytes', async () => {
  const model = await readModel(here('fixtures/onnx/tensors-typed.onnx'));
  const strings = initializer(model, 'STRING');
  expect(tensorByteLength(model, strings)).toBe('text'.length + 'größer'.length + 2);
  expect(() => tensorBytes(model, strings)).toThrow(/string data in tensor "STRING"/);
});

/** A model whose only tensor "t" is made of these fields. */
function modelOf(...fields: Uint8Array[]): OnnxModel {
  return parseModel(modelWith(messageField(5, bytesField(8, 't'), ...fields)), 'test.onnx');
}
const dims = (...values: (number | bigint)[]) => concat(...values.map((value) => varintField(1, value)));
const type = (name: keyof typeof dataType) => varintField(2, dataType[name]);

describe('tensors that lie', () => {
  test.each([
    ['too little raw data', [dims(3), type('float'), bytesField(9, 'abcdefgh')]],
    ['too much raw data', [dims(1), type('float'), bytesField(9, 'abcdefgh')]],
    ['no data at all', [dims(1), type('float')]],
    ['data in the field of another type', [dims(1), type('float'), bytesField(5, Uint8Array.of(1))]],
    ['a packed number that does not end', [dims(2), type('int32'), bytesField(5, Uint8Array.of(1, 0x80))]],
    ['a number of eleven bytes', [dims(1), type('int64'), bytesField(7, concat(new Uint8Array(10).fill(128), [1]))]],
    ['a negative dimension', [dims(-1), type('float')]],
    ['two negative dimensions', [dims(-2, -2), type('uint8'), bytesField(9, 'abcd')]],
    ['strings that are not there', [dims(2), type('string'), bytesField(6, 'one')]],
  ])('%s', (_, fields) => {
    expect(() => modelOf(...fields)).toThrow(
      expect.objectContaining({ code: 'ONNX_CORRUPT', message: expect.stringContaining('"t"') }),
    );
  });

  test.each([
    ['huge dimensions', [dims(2n ** 31n, 2n ** 20n), type('float')]],
    ['a product beyond all numbers', [dims(...new Array(30).fill(2n ** 52n)), type('float')]],
    ['too many dimensions', [dims(...new Array(33).fill(1)), type('float'), bytesField(9, 'abcd')]],
  ])('%s', (_, fields) => {
    expect(() => modelOf(...fields)).toThrow(expect.objectContaining({ code: 'ONNX_LIMIT' }));
  });

  test('nothing of something huge is still nothing', () => {
    const model = modelOf(dims(...new Array(30).fill(2n ** 52n), 0), type('float'));
    expect(tensorBytes(model, model.proto.graph.initializer[0])).toHaveLength(0);
  });

  test('data of a type of the future pass by unread', () => {
    const model = modelOf(dims(4), varintField(2, 99), bytesField(9, 'future'));
    expect(() => tensorBytes(model, model.proto.graph.initializer[0])).toThrow(/type 99 data in tensor/);
  });
});

test('numbers lie wherever the file puts them: any alignment reads the same', () => {
  const data = Float32Array.of(1.5, -2, 3);
  const raw = bytesField(9, new Uint8Array(data.buffer));
  for (let shift = 0; shift < 4; shift++) {
    const file = modelWith(messageField(5, bytesField(8, 't'.repeat(shift + 1)), dims(3), type('float'), raw));
    for (const bytes of [file, Buffer.from(file)]) {
      const model = parseModel(bytes, 'x');
      expect(tensorFloats(model, model.proto.graph.initializer[0])).toEqual(data);
    }
  }
});

test('millions of halves in int32_data take little more than their own memory and time', () => {
  const count = 4_000_000;
  const packed = new Uint8Array(count * 2);
  for (let i = 0; i < packed.length; i += 2) {
    packed.set([0x80, 0x78], i);
  }
  expect(varint(0x3c00)).toEqual(Uint8Array.of(0x80, 0x78));
  const tensor = {
    ...makeTensor('t', dataType.float16, [count], new Uint8Array()),
    rawData: undefined,
    int32Data: packed,
  };
  const model = modelOf(dims(0), type('float'));
  const cpuMs = cpuClock();
  expect(tensorFloats(model, tensor).every((value) => value === 1)).toBe(true);
  expect(cpuMs()).toBeLessThan(3000);
});

describe('tensors that octavec makes', () => {
  const model = modelOf(dims(0), type('float'));

  test('read back as what they were made from', () => {
    expect(tensorFloats(model, floatTensor('f', [2], Float32Array.of(1, -0.5)))).toEqual(Float32Array.of(1, -0.5));
    expect(tensorIntegers(model, int64Tensor('i', [], [-3]))).toEqual([-3]);
    expect(elementCount(int64Tensor('i', [], [-3]))).toBe(1);
  });

  test('"to the end" survives reading and making', () => {
    const end = makeTensor('end', dataType.int64, [2], BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
    const again = int64Tensor('end', [2], tensorIntegers(model, end));
    expect(again.rawData).toEqual(end.rawData);
  });

  test('integers are clamped to 64 bits and otherwise exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
        const clamped = toInt64(value);
        expect(BigInt.asIntN(64, clamped)).toBe(clamped);
        expect(clamped === value || (value > 0n ? clamped === 2n ** 63n - 1n : clamped === -(2n ** 63n))).toBe(true);
      }),
    );
  });
});
