import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bytesField, messageField, modelWith, varint, varintField } from '../../test/support/protobuf.js';
import { tinyModels } from '../../test/support/tiny-models.js';
import { dataType, elementCount, type OnnxModel, readModel, readStructure } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-structure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All but the data of initializers that have a kilobyte of them. */
function structure({ path, proto }: OnnxModel): unknown {
  const initializer = proto.graph.initializer.map((tensor) =>
    elementCount(tensor) < 256 ? tensor : { ...tensor, rawData: tensor.rawData?.length },
  );
  return { path, proto: { ...proto, graph: { ...proto.graph, initializer } } };
}

test.each(tinyModels())('the structure of $name is what the whole file says', async ({ onnxPath }) => {
  expect(structure(await readStructure(onnxPath))).toEqual(structure(await readModel(onnxPath)));
});

test('large data are passed over', async () => {
  const [{ onnxPath }] = tinyModels();
  const { graph } = (await readStructure(onnxPath)).proto;
  const large = graph.initializer.filter(({ rawData }) => (rawData?.length ?? 0) > 100_000);
  expect(large).not.toEqual([]);
  // What a window has read beyond its field is there, too.
  expect(large.every(({ rawData }) => rawData?.at(-1) === 0)).toBe(true);
});

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['damaged', (bytes: Buffer) => bytes.fill(0xff, 100, 2000)],
])('a file that is %s is refused as elsewhere', async (name, damage) => {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, damage(readFileSync(tinyModels()[0].onnxPath)));
  const expected = await readModel(path).catch((error: unknown) => error);
  await expect(readStructure(path)).rejects.toEqual(expected);
});

test('a file that is missing is refused', async () => {
  await expect(readStructure(join(folder, 'missing.onnx'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

describe('data that are no raw bytes', () => {
  const dims = (size: number) => varintField(1, size);
  const typed = (type: keyof typeof dataType, ...fields: Uint8Array[]) =>
    messageField(5, bytesField(8, 'w'), varintField(2, dataType[type]), ...fields);
  /** More than what is read at a time. */
  const count = 80_000;
  const packed = (value: number | bigint) => Buffer.alloc(count * varint(value).length, varint(value));
  const written = (name: string, tensor: Uint8Array) => {
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, modelWith(tensor));
    return path;
  };

  test.each([
    ['int64 numbers of two bytes each', typed('int64', dims(count), bytesField(7, packed(300)))],
    ['negative int32 numbers, of ten bytes', typed('int32', dims(count), bytesField(5, packed(-1)))],
    ['uint8 numbers above 127', typed('uint8', dims(count), bytesField(5, packed(200)))],
    ['halves', typed('float16', dims(count), bytesField(5, packed(0x3c00)))],
    ['uint64 numbers', typed('uint64', dims(count), bytesField(11, packed(2n ** 40n)))],
  ])('%s have the length that the file says', async (name, field) => {
    const path = written(name, field);
    const [tensor] = (await readStructure(path)).proto.graph.initializer;
    expect(tensor).toMatchObject({ name: 'w', dims: [count] });
  });

  test('floats are passed over like raw bytes', async () => {
    const path = written('floats', typed('float', dims(50_000), bytesField(4, new Uint8Array(200_000).fill(1))));
    const [tensor] = (await readStructure(path)).proto.graph.initializer;
    expect(tensor.floatData).toHaveLength(200_000);
    expect(tensor.floatData?.at(-1)).toBe(0);
  });

  test('names, documentation and texts of any length are what the file says', async () => {
    const long = 'n'.repeat(100_000);
    const tensor = messageField(
      5,
      ...[bytesField(8, long), varintField(2, dataType.string), dims(2), bytesField(12, long)],
      ...[bytesField(6, long), bytesField(6, 'short')],
    );
    const [{ name, docString, stringData }] = (await readStructure(written('long', tensor))).proto.graph.initializer;
    expect([name, docString, `${Buffer.from(stringData[0])}`].every((text) => text === long)).toBe(true);
  });

  test('fields of a later version are kept', async () => {
    const path = written('later', typed('float', dims(0), bytesField(99, new Uint8Array(100_000).fill(7))));
    const [tensor] = (await readStructure(path)).proto.graph.initializer;
    expect(tensor.unknownFields?.[0].at(-1)).toBe(7);
  });
});
