import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readSafetensorsHeader, readTorchHeader } from '#rooms/files';

/** Readers of weights meet files from anywhere: whatever is changed in a file, they tell what is wrong with it, or read it. */
const folder = mkdtempSync(join(tmpdir(), 'octavec-fuzz-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));

/** Part of a file is overwritten, doubled, taken out or cut off. */
const damage = fc.record({
  kind: fc.constantFrom('write', 'double', 'remove', 'cut'),
  place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
});

function damaged(good: Buffer, { kind, place, bytes }: { kind: string; place: number; bytes: Uint8Array }): Buffer {
  const at = Math.floor(place * good.length);
  const [before, after] = [good.subarray(0, at), good.subarray(at + bytes.length)];
  const part = good.subarray(at, at + bytes.length);
  switch (kind) {
    case 'write':
      return Buffer.concat([before, bytes, after]);
    case 'double':
      return Buffer.concat([before, part, part, after]);
    case 'remove':
      return Buffer.concat([before, after]);
    default:
      return before;
  }
}

test.each([
  ['torch/good.bin', readTorchHeader, 'WEIGHTS_INVALID'],
  ['torch/protocol4.bin', readTorchHeader, 'WEIGHTS_INVALID'],
  ['rerank/bert/model.safetensors', readSafetensorsHeader, 'SAFETENSORS_INVALID'],
] as const)('%s, damaged in any way', async (name, read, code) => {
  const whole = fixture(name);
  // The header is what readers go by; the numbers behind it are the same to them.
  const good = whole.subarray(0, name.endsWith('.safetensors') ? 8192 : whole.length);
  const rest = whole.subarray(good.length);
  const path = join(folder, 'weights');
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const bytes = Buffer.concat([damages.reduce(damaged, good), rest]);
      writeFileSync(path, bytes);
      const outcome = await read(path).catch((error: unknown) => error);
      if (outcome instanceof Map) {
        for (const { offset, bytes: length } of outcome.values()) {
          expect(offset + length).toBeLessThanOrEqual(bytes.length);
        }
      } else {
        expect((outcome as { code: string }).code).toBe(code);
      }
    }),
    { numRuns: 20_000 },
  );
});
