import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { growingBytes } from './growing-bytes.js';
import { jsonlSink } from './jsonl-sink.js';
import { npySink } from './npy-sink.js';
import { type StoredType, storeVectors } from './stored-vectors.js';
import { writeAt } from './vector-sink.js';

let folder: string;
let path: string;
let file: FileHandle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-sinks-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  path = join(folder, 'out');
  file = await open(path, 'w+');
});
afterEach(() => file.close());

const texts = (...names: string[]) => names.map((text) => ({ text }));
const rows = (type: StoredType, ...values: number[][]) =>
  storeVectors({ data: Float32Array.from(values.flat()), rows: values.length, columns: values[0].length }, type);

describe('bytes that grow', () => {
  test('are written in their order, behind what is there', async () => {
    await file.write('head');
    const bytes = growingBytes(file, 4);
    bytes.push(Buffer.from('ab'));
    bytes.push(Buffer.from(''));
    bytes.push(Buffer.from('c'));
    expect(await bytes.flush()).toEqual({ bytes: 7 });
    expect(await bytes.flush()).toEqual({ bytes: 7 });
    bytes.push(Buffer.from('d'));
    expect(await bytes.flush()).toEqual({ bytes: 8 });
    expect(await readFile(path, 'utf8')).toBe('headabcd');
  });

  test('must be written once there are more than 8 MB of them', () => {
    const bytes = growingBytes(file, 0);
    expect(bytes.due).toBe('may');
    bytes.push(Buffer.alloc(8 * 2 ** 20));
    expect(bytes.due).toBe('may');
    bytes.push(Buffer.alloc(1));
    expect(bytes.due).toBe('now');
  });

  test('go to their place, whatever was written last', async () => {
    await writeAt(file, Buffer.from('cd'), 2);
    await writeAt(file, Buffer.from('ab'), 0);
    await writeAt(file, new Uint8Array(), 9);
    expect(await readFile(path, 'utf8')).toBe('abcd');
  });
});

describe('JSON lines', () => {
  test('are written by one sink and taken up by another', async () => {
    const first = jsonlSink({ file, type: 'float32', width: 1 });
    first.append(texts('a'), rows('float32', [1]));
    const { bytes } = await first.flush();
    first.append(texts('lost'), rows('float32', [9]));
    const second = jsonlSink({ file, type: 'float32', width: 1, state: { bytes, formats: [] } });
    second.append(texts('b', 'c'), rows('float32', [2], [3]));
    const length = await second.finish();
    const content = await readFile(path, 'utf8');
    expect(content.split('\n').map((line) => line && JSON.parse(line))).toEqual([
      { text: 'a', embedding: [1] },
      { text: 'b', embedding: [2] },
      { text: 'c', embedding: [3] },
      '',
    ]);
    expect(length).toBe(Buffer.byteLength(content));
  });

  test('without texts are an empty file', async () => {
    expect(await jsonlSink({ file, type: 'float32', width: 1 }).finish()).toBe(0);
  });
});

/** Reads a NumPy file by its own description, as NumPy does. */
function readNpy(bytes: Buffer): { readonly header: string; readonly data: Buffer } {
  expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00');
  const end = 10 + bytes.readUInt16LE(8);
  return { header: bytes.toString('latin1', 10, end), data: bytes.subarray(end) };
}

describe('a NumPy file', () => {
  test.each([
    ['float32', '<f4', 2, 4],
    ['int8', '|i1', 2, 1],
    ['ubinary', '|u1', 1, 1],
  ] as [StoredType, string, number, number][])('of %s says its type and its rows', async (type, name, width, size) => {
    const sink = npySink({ file, type, width });
    sink.append(texts('a', 'b'), rows(type, [1, -1], [0.5, 2]));
    sink.append(texts('c'), rows(type, [0, 0]));
    const length = await sink.finish();
    const bytes = await readFile(path);
    const { header, data } = readNpy(bytes);
    expect(header).toMatch(/ +\n$/);
    expect(header).toContain(`'descr': '${name}', 'fortran_order': False, 'shape': (3, ${width})`);
    expect(data).toHaveLength(3 * width * size);
    expect([length, (bytes.length - data.length) % 64]).toEqual([bytes.length, 0]);
  });

  test('has the rows of both sinks where a second one takes it up', async () => {
    const first = npySink({ file, type: 'float32', width: 1 });
    first.append(texts('a'), rows('float32', [1]));
    const { bytes } = await first.flush();
    const second = npySink({ file, type: 'float32', width: 1, state: { bytes, formats: [] } });
    second.append(texts('b'), rows('float32', [2]));
    await second.finish();
    const { header, data } = readNpy(await readFile(path));
    expect(header).toContain('(2, 1)');
    expect([data.readFloatLE(0), data.readFloatLE(4)]).toEqual([1, 2]);
  });

  test('may have no rows', async () => {
    await npySink({ file, type: 'float32', width: 384 }).finish();
    const { header, data } = readNpy(await readFile(path));
    expect(header).toContain('(0, 384)');
    expect(data).toHaveLength(0);
  });
});
