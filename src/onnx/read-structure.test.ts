import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tinyModels } from '../../test/support/tiny-models.js';
import { elementCount, type OnnxModel, readModel, readStructure } from './index.js';

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
