import { describe, expect, test } from 'vitest';
import { jsonLines, jsonRecord } from './jsonl-sink.js';
import {
  columnVector,
  needsRanges,
  type StoredType,
  storedWidth,
  storeVectors,
  vectorAsJson,
} from './stored-vectors.js';

const matrix = { data: Float32Array.of(0.1, -0.5, 1, -1, 0, 3e-7), rows: 2, columns: 3 };

describe('vectors as they are stored', () => {
  test('float32 stay what they are, without a copy', () => {
    expect(storeVectors(matrix, 'float32')).toEqual({ type: 'float32', data: matrix.data, rows: 2, width: 3 });
    expect(storeVectors(matrix, 'float32').data).toBe(matrix.data);
  });

  test('bits of a row fill whole bytes, the first dimension in the highest bit', () => {
    expect(Array.from(storeVectors(matrix, 'ubinary').data)).toEqual([0b10100000, 0b00100000]);
    expect(Array.from(storeVectors(matrix, 'binary').data)).toEqual([0b10100000 - 128, 0b00100000 - 128]);
  });

  test('bytes are steps between the ends of their dimension', () => {
    const ranges = { least: new Float32Array(4), greatest: new Float32Array(4).fill(255) };
    const vector = { data: Float32Array.of(0, 127.9, 255, 300), rows: 1, columns: 4 };
    expect(Array.from(storeVectors(vector, 'uint8', ranges).data)).toEqual([0, 127, 255, 255]);
    expect(Array.from(storeVectors(vector, 'int8', ranges).data)).toEqual([-128, 0, 127, 127]);
  });

  test.each([
    ['float32', 9, 9],
    ['int8', 9, 9],
    ['base64', 9, 9],
    ['binary', 8, 1],
    ['ubinary', 9, 2],
    ['binary', 0, 0],
  ] as [StoredType, number, number][])('%s of %d dimensions take %d numbers', (type, columns, width) => {
    expect(storedWidth(type, columns)).toBe(width);
  });

  test('only bytes need ranges', () => {
    const types: StoredType[] = ['float32', 'int8', 'uint8', 'binary', 'ubinary', 'base64'];
    expect(types.filter(needsRanges)).toEqual(['int8', 'uint8']);
  });
});

describe('as JSON', () => {
  test('a float32 has the fewest digits that give it back', () => {
    const stored = storeVectors(matrix, 'float32');
    expect(JSON.parse(vectorAsJson(stored, 0))).toEqual([0.1, -0.5, 1]);
    const back = Float32Array.from(JSON.parse(vectorAsJson(stored, 1)) as number[]);
    expect(back).toEqual(matrix.data.subarray(3));
  });

  test('or as many digits as one asks for', () => {
    const stored = storeVectors({ data: Float32Array.of(0.123456, -98.7654), rows: 1, columns: 2 }, 'float32');
    expect(JSON.parse(vectorAsJson(stored, 0, 3))).toEqual([0.123, -98.8]);
  });

  test('base64 holds the bytes of the float32, little-endian', () => {
    const stored = storeVectors({ data: Float32Array.of(1, -2), rows: 1, columns: 2 }, 'base64');
    expect(vectorAsJson(stored, 0)).toBe('"AACAPwAAAMA="');
    expect(columnVector(stored, 0)).toBe('AACAPwAAAMA=');
  });

  test('bits and bytes are whole numbers', () => {
    expect(vectorAsJson(storeVectors(matrix, 'ubinary'), 1)).toBe('[32]');
    expect(columnVector(storeVectors(matrix, 'binary'), 0)).toEqual([32]);
  });
});

describe('a line of a text', () => {
  const stored = storeVectors({ data: Float32Array.of(1, 2, 3), rows: 3, columns: 1 }, 'float32');

  test.each([
    [{ text: 'a' }, '{"text":"a","embedding":[1]}'],
    [{ text: '', id: '' }, '{"id":"","text":"","embedding":[1]}'],
    [{ text: 'a', id: 0 }, '{"id":0,"text":"a","embedding":[1]}'],
    [{ text: 'a', id: 2n ** 64n }, '{"id":18446744073709551616,"text":"a","embedding":[1]}'],
    [{ text: '"\n\u2028\ud800', id: '"' }, '{"id":"\\"","text":"\\"\\n\u2028\\ud800","embedding":[1]}'],
  ])('is JSON (%#)', (record, line) => {
    expect(jsonRecord(record, stored, 0)).toBe(line);
    expect(() => JSON.parse(line)).not.toThrow();
  });

  test('each text has its own row', () => {
    expect(jsonLines([{ text: 'a' }, { text: 'b' }, { text: 'c' }], stored)).toBe(
      '{"text":"a","embedding":[1]}\n{"text":"b","embedding":[2]}\n{"text":"c","embedding":[3]}\n',
    );
    expect(jsonLines([], stored)).toBe('');
  });
});
