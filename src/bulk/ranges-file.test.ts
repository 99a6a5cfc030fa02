import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRanges, writeRanges } from './ranges-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-ranges-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('ranges come back as they were written', async () => {
  const path = join(folder, 'sub', 'ranges.json');
  const ranges = { least: Float32Array.of(-0.1, 0, -3e-38), greatest: Float32Array.of(0.1, 0, 3e38) };
  await writeRanges(path, ranges);
  expect(await readRanges(path, 3)).toEqual(ranges);
  expect(await readFile(path, 'utf8')).toMatch(/^\{"least":\[.*\],"greatest":\[.*\]\}\n$/);
});

test('a file that is not there is none; one that cannot be read is an error', async () => {
  expect(await readRanges(join(folder, 'none.json'), 3)).toBeUndefined();
  await expect(readRanges(folder, 3)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
});

test.each([
  ['', 'JSON'],
  ['{"least": [0]', 'JSON'],
  ['null', 'it does not hold the lists "least" and "greatest"'],
  ['[]', 'it does not hold the lists "least" and "greatest"'],
  ['{"least": [0]}', 'it does not hold the lists "least" and "greatest"'],
  ['{"least": ["0"], "greatest": [1]}', 'it does not hold the lists "least" and "greatest"'],
  ['{"least": [null], "greatest": [1]}', 'it does not hold the lists "least" and "greatest"'],
  ['{"least": [0, 0], "greatest": [1, 1]}', 'it has ranges of 2 dimensions, and the vectors have 1'],
  ['{"least": [0], "greatest": []}', 'it has ranges of 1 dimensions, and the vectors have 1'],
])('the file %j is refused', async (content, why) => {
  const path = join(folder, 'wrong.json');
  await writeFile(path, content);
  await expect(readRanges(path, 1)).rejects.toMatchObject({
    code: 'RANGES_INVALID',
    details: { path, why: expect.stringContaining(why) },
  });
});
