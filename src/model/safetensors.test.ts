import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from './safetensors.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-safetensors-'));

function write(header: unknown, data: Uint8Array, headerLength?: number): string {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerLength ?? text.length));
  return writeBytes(Buffer.concat([length, text, data]));
}

let files = 0;
function writeBytes(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.safetensors`);
  writeFileSync(path, bytes);
  return path;
}

const bytesOf = (numbers: Float32Array | Uint16Array) => new Uint8Array(numbers.buffer);

describe('readSafetensors', () => {
  test.each([
    ['F32', bytesOf(Float32Array.of(1, -2.5, 3))],
    ['F16', bytesOf(Uint16Array.of(0x3c00, 0xc100, 0x4200))],
    ['BF16', bytesOf(Uint16Array.of(0x3f80, 0xc020, 0x4040))],
  ])('reads %s', async (dtype, data) => {
    // Two bytes before the tensor: offsets need not be aligned.
    const path = write(
      { __metadata__: { format: 'pt' }, w: { dtype, shape: [1, 3], data_offsets: [2, 2 + data.length] } },
      Buffer.concat([Buffer.of(0, 0), data]),
    );
    const tensors = await readSafetensors(path, ['w', 'missing']);
    expect([...tensors.keys()]).toEqual(['w']);
    expect(Array.from(tensors.get('w') ?? [])).toEqual([1, -2.5, 3]);
  });

  const w = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  test.each([
    ['a header beyond the file', () => write({ w }, Buffer.alloc(8), 2 ** 40)],
    ['a header that is not JSON', () => write('{nonsense', Buffer.alloc(8))],
    ['a header that is a list', () => write('[1]', Buffer.alloc(8))],
    ['data beyond the file', () => write({ w }, Buffer.alloc(4))],
    ['a shape that does not match', () => write({ w: { ...w, shape: [3] } }, Buffer.alloc(12))],
    ['a shape of huge sizes', () => write({ w: { ...w, shape: [2 ** 40, 2 ** 40] } }, Buffer.alloc(8))],
    ['negative offsets', () => write({ w: { ...w, data_offsets: [-8, 0] } }, Buffer.alloc(8))],
    ['an entry that is null', () => write({ w: null }, Buffer.alloc(8))],
    ['a type that is not of floats', () => write({ w: { ...w, dtype: 'I64' } }, Buffer.alloc(8))],
    ['an empty file', () => writeBytes(Buffer.alloc(0))],
  ])('refuses %s', async (_, make) => {
    await expect(readSafetensors(make(), ['w'])).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
  });

  test('gives a clear error or a result for any mutation', async () => {
    const text = Buffer.from(JSON.stringify({ w }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const good = Buffer.concat([length, text, Buffer.alloc(8)]);
    const position = fc.nat(good.length - 1);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 6 }), position, async (edits, cut) => {
        const bytes = Buffer.from(good.subarray(0, edits.length % 2 === 0 ? good.length : cut));
        for (const [index, value] of edits) {
          if (index < bytes.length) {
            bytes[index] = value;
          }
        }
        const outcome = await readSafetensors(writeBytes(bytes), ['w']).catch((error: unknown) => error);
        expect(outcome instanceof Map || (outcome as { code?: string }).code === 'SAFETENSORS_INVALID').toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('says that a file is missing', async () => {
    await expect(readSafetensors(join(folder, 'none'), ['w'])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
