import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTensorPickle } from './tensor-pickle.js';
import { readTorchHeader } from './torch-file.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../../test/fixtures/torch/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'octavec-torch-'));

/** A file with these bytes. */
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, 'pytorch_model.bin');
  writeFileSync(path, bytes);
  return path;
}

describe('a file of PyTorch', () => {
  test('says where each tensor lies', async () => {
    const path = fixture('good.bin');
    const tensors = await readTorchHeader(path);
    expect([...tensors.values()].map(({ name, type, dims }) => [name, type, dims])).toEqual([
      ['floats', 'F32', [2, 3]],
      ['halves', 'F16', [2, 3]],
      ['bfloats', 'BF16', [2, 3]],
      ['whole', 'I64', [2]],
      ['first', 'F32', [3]],
      ['last', 'F32', [3]],
      ['parameter', 'F32', [2]],
      ['scalar', 'F32', []],
    ]);
    const bytes = readFileSync(path);
    const floats = (name: string) => {
      const { offset, bytes: length } = tensors.get(name) as { offset: number; bytes: number };
      return Array.from(new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + length)).buffer));
    };
    expect(floats('floats')).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
    expect(floats('first')).toEqual([0, 1, 2]);
    expect(floats('last')).toEqual([5, 6, 7]);
    expect(floats('scalar')).toEqual([7]);
  });

  test.each(['plain-dict.bin', 'protocol4.bin'])('may be %s', async (name) => {
    expect([...(await readTorchHeader(fixture(name))).keys()]).toEqual(['a']);
  });

  test.each([
    ['command.bin', /posix\.system/],
    ['module.bin', /torch\.nn\.modules\.linear\.Linear/],
    ['checkpoint.bin', /"state_dict", which is no tensor/],
    ['transposed.bin', /does not lie row by row/],
    ['old.bin', /before version 1\.6.*save_pretrained/],
  ])('that is %s is refused, with the reason', async (name, why) => {
    await expect(readTorchHeader(fixture(name))).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      message: expect.stringMatching(why),
    });
    expect(existsSync('/tmp/octavec-was-here')).toBe(false);
  });

  test('that is damaged or cut off is an error, whatever the damage', async () => {
    const good = readFileSync(fixture('good.bin'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        fc.option(fc.nat(good.length)),
        async (edits, cut) => {
          const bytes = Buffer.from(good);
          for (const [place, value] of edits) {
            bytes[place] = value;
          }
          const path = fileOf(cut === null ? bytes : bytes.subarray(0, cut));
          const outcome = await readTorchHeader(path).catch((error: unknown) => error);
          const stored = outcome instanceof Map ? [...outcome.values()] : [];
          expect(stored.every(({ offset, bytes: length }) => offset + length <= bytes.length)).toBe(true);
          expect(outcome instanceof Map || (outcome as { code: string }).code === 'WEIGHTS_INVALID').toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a pickle', () => {
  test('of any bytes is refused or gives tensors, and calls nothing', () => {
    const instruction = fc.constantFrom(
      ...Array.from('()JKMNQRX]abcehjqrstu}.\x80\x85\x86\x87\x88\x8a\x8c\x93\x94\x95'),
    );
    const name = fc.constantFrom(
      'ctorch\nFloatStorage\n',
      'ccollections\nOrderedDict\n',
      'cos\nsystem\n',
      'X\x01\x00\x00\x00a',
    );
    const program = fc.array(fc.oneof(instruction, name, fc.string({ maxLength: 3 })), { maxLength: 40 });
    fc.assert(
      fc.property(program, (parts) => {
        try {
          readTensorPickle(Buffer.from(parts.join(''), 'latin1'));
        } catch (error) {
          expect((error as Error).message).toMatch(/^it holds /);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
