import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type SafetensorData } from './safetensors.js';

const array: fc.Arbitrary<SafetensorData> = fc.oneof(
  fc.float32Array({ noNaN: true }),
  fc.float64Array({ noNaN: true }),
  fc.int32Array(),
);
const name = fc.string().filter((text) => !['__metadata__', '__proto__'].includes(text));

const encoded = encodeSafetensors({
  tensors: new Map<string, SafetensorData>([
    ['a', Float32Array.of(1, -2.5)],
    ['b', Int32Array.of(3)],
  ]),
  metadata: { format: 'test' },
});

describe('safetensors', () => {
  test('what is written is read', () => {
    fc.assert(
      fc.property(fc.dictionary(name, array), fc.dictionary(name, fc.string()), (arrays, metadata) => {
        const tensors = new Map(Object.entries(arrays));
        const read = decodeSafetensors(encodeSafetensors({ tensors, metadata }), 'x.safetensors');
        expect(read.tensors).toEqual(tensors);
        expect(read.metadata).toEqual({ ...metadata });
      }),
    );
  });

  test('the layout is that of the specification', () => {
    const length = Number(Buffer.from(encoded).readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(Buffer.from(encoded.subarray(8, 8 + length)).toString())).toEqual({
      __metadata__: { format: 'test' },
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      b: { dtype: 'I32', shape: [1], data_offsets: [8, 12] },
    });
    expect(encoded.length).toBe(8 + length + 12);
  });

  test('a damaged file is an error that names it, whatever the damage', () => {
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (place, change, cut) => {
        const bytes = Uint8Array.from(encoded);
        bytes[place] ^= change;
        const damaged = cut ? bytes.subarray(0, place) : bytes;
        try {
          decodeSafetensors(damaged, 'x.safetensors');
        } catch (error) {
          expect(error).toMatchObject({
            code: 'SAFETENSORS_INVALID',
            message: expect.stringContaining('x.safetensors'),
          });
        }
      }),
      { numRuns: 1000 },
    );
    expect(() => decodeSafetensors(encoded.subarray(0, 100), 'x')).toThrow('safetensors');
    expect(() => decodeSafetensors(new Uint8Array(), 'x')).toThrow('safetensors');
  });
});
