import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/index.js';
import { type NewTensor, safetensorsBytes } from '../files/index.js';
import type { ModelFiles } from '../model/index.js';
import { writeModel } from '../onnx/index.js';
import { tryStaticEngine } from './static-engine.js';
import { rowTypes } from './static-table.js';
import { tableGraph } from './table-graph.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-static-engine-'));
});
afterAll(() => rm(folder, { recursive: true }));

const rows: NewTensor = {
  ...{ name: 'embeddings', type: 'F32', dims: [3, 2] },
  data: Float32Array.of(1, 0, 0, 2, 3, 4),
};
const weights: NewTensor = { name: 'weights', type: 'F32', dims: [4], data: Float32Array.of(1, 0.5, 2, 0) };
/** Four tokens share three rows. */
const mapping: NewTensor = { name: 'mapping', type: 'I32', dims: [4], data: Int32Array.of(2, 0, 0, 1) };

let count = 0;
async function engineOf(tensors: readonly NewTensor[], normalize = false): Promise<Engine> {
  const onnxPath = join(folder, `${count++}.safetensors`);
  await writeFile(onnxPath, safetensorsBytes(tensors));
  const files = { onnxPath, staticReading: 'model2vec', head: { normalize } } as unknown as ModelFiles;
  return (await tryStaticEngine(files)) as Engine;
}

const batch = (...texts: readonly (readonly number[])[]) => ({
  ids: Int32Array.from(texts.flat()),
  offsets: Int32Array.from([0, ...texts.map((_, i) => texts.slice(0, i + 1).flat().length)]),
});

describe('a static model', () => {
  test('averages rows, and gives nothing for a text without tokens', async () => {
    await using engine = await engineOf([rows]);
    expect(engine.width).toBe(2);
    expect([...(await engine.embed(batch([0, 1], [], [2], [2, 2, 0])))]).toEqual([
      ...[0.5, 1],
      ...[0, 0],
      ...[3, 4],
      ...[Math.fround(7 / 3), Math.fround(8 / 3)],
    ]);
  });

  test('scales vectors to length 1 where the folder says so', async () => {
    await using engine = await engineOf([rows], true);
    const vectors = await engine.embed(batch([2], [1, 1], []));
    expect([...vectors]).toEqual([Math.fround(0.6), Math.fround(0.8), 0, 1, 0, 0]);
  });

  test('weighs tokens, which may share rows', async () => {
    await using engine = await engineOf([rows, weights, mapping]);
    // Token 0 is row 2 as it is, tokens 1 and 2 are row 0 by a half and twice, token 3 counts for nothing but its place.
    const vectors = await engine.embed(batch([0], [1, 2], [0, 3]));
    expect([...vectors]).toEqual([3, 4, 1.25, 0, 1.5, 2]);
  });

  test.each([3, 4, -1, 2 ** 31 - 1])('refuses the token %i of a table with three', async (id) => {
    await using engine = await engineOf([rows]);
    await expect(engine.embed(batch([0], [id]))).rejects.toMatchObject({
      ...{ code: 'TOKEN_OUT_OF_RANGE', details: { id, size: 3 } },
    });
  });

  test('knows as many tokens as are mapped', async () => {
    await using engine = await engineOf([rows, weights, mapping]);
    expect([...(await engine.embed(batch([3])))]).toEqual([0, 0]);
    await expect(engine.embed(batch([4]))).rejects.toMatchObject({ details: { size: 4 } });
  });

  test('has no hidden states', async () => {
    await using engine = await engineOf([rows]);
    await expect(engine.hiddenStates(batch([0]))).rejects.toMatchObject({ code: 'MODEL_OUTPUT' });
  });

  test('tells what is done, and nothing after it was cancelled or closed', async () => {
    const engine = await engineOf([rows]);
    const done: number[][] = [];
    await engine.embed(batch([0, 1], []), { onDone: (texts, tokens) => done.push([texts, tokens]) });
    expect(done).toEqual([[2, 2]]);
    const signal = AbortSignal.abort();
    await expect(engine.embed(batch([0]), { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await engine.close();
    await expect(engine.embed(batch([0]))).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('what runs', () => {
  test('is finished by close, and nothing is begun after it', async () => {
    const engine = await engineOf([rows]);
    const running = engine.embed(batch([2]));
    await engine.close();
    expect([...(await running)]).toEqual([3, 4]);
    await expect(engine.embed(batch([2]))).rejects.toMatchObject({ code: 'CLOSED' });
    await engine.close();
  });

  test('is given up when it is cancelled in the middle, and the engine goes on', async () => {
    await using engine = await engineOf([rows]);
    const controller = new AbortController();
    const told: number[] = [];
    const running = engine.embed(batch([0]), { signal: controller.signal, onDone: (texts) => told.push(texts) });
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(told).toEqual([]);
    expect([...(await engine.embed(batch([0])))]).toEqual([1, 0]);
  });

  test('at the same time does not mix', async () => {
    await using engine = await engineOf([rows, weights, mapping]);
    const alone = await Promise.all([0, 1, 2, 3].map((id) => engine.embed(batch([id]))));
    expect(alone.map((vector) => [...vector])).toEqual([
      [3, 4],
      [0.5, 0],
      [2, 0],
      [0, 0],
    ]);
  });
});

test('an empty batch has no vectors', async () => {
  await using engine = await engineOf([rows]);
  expect(await engine.embed(batch())).toEqual(new Float32Array());
});

test('a table in an ONNX file gives the same bits as the file of safetensors; another graph is no table', async () => {
  const onnxPath = join(folder, 'model.onnx');
  const table = { data: new Uint8Array((rows.data as Float32Array).buffer), type: rowTypes.float, rows: 3, columns: 2 };
  const model = tableGraph(table, { normalize: true }, onnxPath);
  await writeModel(model, onnxPath);
  const files = { onnxPath, staticReading: 'model2vec', head: { normalize: true } } as unknown as ModelFiles;
  await using ofGraph = (await tryStaticEngine(files)) as Engine;
  await using ofTable = await engineOf([rows], true);
  const texts = batch([0, 1, 2], [2], []);
  expect(await ofGraph.embed(texts)).toEqual(await ofTable.embed(texts));
  const other = join(folder, 'other.onnx');
  await writeModel({ ...model, proto: { ...model.proto, producerName: 'other' } }, other);
  expect(await tryStaticEngine({ ...files, onnxPath: other })).toBeUndefined();
});

test('other models have no engine here', async () => {
  expect(await tryStaticEngine({ onnxPath: 'a.onnx' } as ModelFiles)).toBeUndefined();
});
