import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkIndexFiles, repairIndexFiles, SegmentStore } from '#rooms/store';
import { testDocument, testManifest } from './store-suite.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-damage-'));
const whole = join(folder, 'whole.index');
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const store = await SegmentStore.open(whole);
  await store.writeManifest({ ...testManifest, vectors: 'int8' });
  for (const part of ['a', 'b']) {
    const documents = Array.from({ length: 5 }, (_, i) =>
      testDocument(`${part}${i}`, [`text ${part}${i}`, 'more'], 10 * i),
    );
    await store.apply({ remove: [], add: documents });
  }
  await store.close();
});

/** A copy in which one byte of a file is another. */
function flipped(name: string, file: string, place: number): { copy: string; path: string } {
  const copy = join(folder, name);
  cpSync(whole, copy, { recursive: true });
  const segments = join(copy, 'segments');
  const path = file.startsWith('index') ? join(copy, file) : join(segments, readdirSync(segments).sort()[0], file);
  const bytes = readFileSync(path);
  bytes[Math.floor(place * bytes.length)] ^= 1;
  writeFileSync(path, bytes);
  return { copy, path };
}

const embedded: string[] = [];
const repair = (copy: string) =>
  repairIndexFiles(copy, async () => async (texts) => {
    embedded.push(...texts);
    return testDocument('', texts, 0).vectors;
  });

describe.each(['documents.jsonl', 'chunks.jsonl', 'vectors.safetensors', 'tables.safetensors', 'index.json'])(
  'a flipped byte in %s',
  (file) => {
    test.each([0.02, 0.3, 0.51, 0.97])('at %d of it is found and named, and what is whole is kept', async (place) => {
      const { copy, path } = flipped(`${file}-${place}`, file, place);
      embedded.length = 0;
      const damage = await checkIndexFiles(copy);
      expect(damage.map((found) => found.path)).toEqual([path]);
      const outcome = await repair(copy);
      expect(outcome.damage).toEqual(damage);
      expect(await checkIndexFiles(copy)).toEqual([]);

      const isText = file.endsWith('.jsonl');
      expect(outcome.lost).toHaveLength(isText ? 1 : 0);
      expect(embedded).toHaveLength(file.startsWith('vectors') ? 10 : 0);
      const store = await SegmentStore.open(copy);
      const original = await SegmentStore.open(whole);
      const hashes = await original.hashes();
      expect((await store.hashes()).size).toBe(isText ? 9 : 10);
      for (const [id, hash] of await store.hashes()) {
        expect(hashes.get(id)).toBe(hash);
        expect(await store.document(id)).toEqual(await original.document(id));
      }
      await Promise.all([store.close(), original.close()]);
    });
  },
);

test('a file that is gone or cut is named, too', async () => {
  const { copy, path } = flipped('cut', 'vectors.safetensors', 0.5);
  writeFileSync(path, readFileSync(path).subarray(0, 100));
  expect(await checkIndexFiles(copy)).toEqual([{ path, why: expect.stringMatching(/^it has 100 bytes, not \d+$/) }]);
  rmSync(path);
  expect(await checkIndexFiles(copy)).toEqual([{ path, why: 'it is missing' }]);
  await expect(SegmentStore.open(copy)).rejects.toMatchObject({ code: 'INDEX_DAMAGED' });
  expect((await repair(copy)).lost).toEqual([]);
  expect(await checkIndexFiles(copy)).toEqual([]);
});

test('where there is no index, that is said', async () => {
  await expect(checkIndexFiles(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
  await expect(repair(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' });
});
