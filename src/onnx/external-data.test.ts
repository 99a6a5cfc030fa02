import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataLocationExternal } from './external-data.js';
import { floatTensor } from './make-tensor.js';
import type { TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { tensorFloats } from './tensor.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-external-'));
const values = Float32Array.of(1, 2, 3, 4);

beforeAll(() => {
  mkdirSync(join(folder, 'model', 'sub'), { recursive: true });
  writeFileSync(join(folder, 'outside'), values);
  writeFileSync(join(folder, 'model', 'data'), new Uint8Array(Float32Array.of(9, 1, 2, 3, 4, 9).buffer));
  writeFileSync(join(folder, 'model', 'sub', 'data'), values);
  writeFileSync(join(folder, 'model', '..data'), values);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(entries: Record<string, string>, modelPath = join(folder, 'model', 'model.onnx')): Float32Array {
  const tensor: TensorProto = {
    ...floatTensor('weights', [4], values),
    rawData: undefined,
    dataLocation: dataLocationExternal,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
  return tensorFloats({ path: modelPath } as OnnxModel, tensor);
}

describe('data are found', () => {
  test.each<[string, Record<string, string>]>([
    ['at an offset', { location: 'data', offset: '4', length: '16' }],
    ['without a length', { location: 'data', offset: '4' }],
    ['without an offset', { location: 'sub/data', length: '16' }],
    ['in a folder below, however it is written', { location: './sub/../sub//data' }],
    ['by the separators of Windows', { location: '.\\sub\\data' }],
    ['in a file whose name begins with dots', { location: '..data' }],
    ['with a checksum that nobody asked for', { location: 'sub/data', checksum: 'abc' }],
  ])('%s', (_, entries) => {
    expect(read(entries)).toEqual(values);
  });

  test('behind links, as caches of the hub have them', () => {
    mkdirSync(join(folder, 'blobs'));
    mkdirSync(join(folder, 'snapshot'));
    writeFileSync(join(folder, 'blobs', 'a1b2'), values);
    symlinkSync('../blobs/a1b2', join(folder, 'snapshot', 'model.onnx_data'));
    expect(read({ location: 'model.onnx_data' }, join(folder, 'snapshot', 'model.onnx'))).toEqual(values);
  });
});

describe('data outside the folder are refused, whether they are there or not', () => {
  test.each([
    '../outside',
    'sub/../../outside',
    '..',
    '..\\outside',
    'sub\\..\\..\\outside',
    '/etc/passwd',
    join(folder, 'outside'),
    '\\\\server\\share',
    '//server/share',
    'C:\\data',
    'c:data',
    'data\0.txt',
    '',
  ])('%j', (location) => {
    expect(() => read({ location })).toThrow(
      expect.objectContaining({ code: 'EXTERNAL_DATA', message: expect.stringContaining("inside the model's folder") }),
    );
  });
});

describe('data that are not as announced', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['no location', { offset: '0' }, /location ""/],
    ['no such file', { location: 'missing' }, /no such file/],
    ['a folder', { location: 'sub' }, /is not a file/],
    ['a name that no file can have', { location: 'x'.repeat(5000) }, /name too long/i],
    ['a file that is too short', { location: 'data', offset: '16' }, /bytes 16 to 32 of .* it has 24/],
    ['an offset behind the end', { location: 'data', offset: '999999999999999' }, /it has 24/],
    ['a length that does not fit the dimensions', { location: 'data', length: '12' }, /says 12 bytes.* ask for 16/],
    ['a negative offset', { location: 'data', offset: '-4' }, /offset "-4" is not a number of bytes/],
    ['an offset in words', { location: 'data', offset: 'four' }, /offset "four"/],
    ['a length beyond all numbers', { location: 'data', length: '9'.repeat(400) }, /length "9+… \(400 characters\)"/],
    ['a hexadecimal offset', { location: 'data', offset: '0x4' }, /offset "0x4"/],
  ])('%s', (_, entries, message) => {
    expect(() => read(entries)).toThrow(
      expect.objectContaining({ code: 'EXTERNAL_DATA', message: expect.stringMatching(message) }),
    );
    expect(() => read(entries)).toThrow(/weights.*model\.onnx/);
  });

  test('a pipe is refused at once', () => {
    execFileSync('mkfifo', [join(folder, 'model', 'pipe')]);
    expect(() => read({ location: 'pipe' })).toThrow(/is not a file/);
  });
});
