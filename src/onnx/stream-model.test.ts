import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { isExternal } from './external-data.js';
import { outsideTensor } from './external-layout.js';
import { floatTensor } from './make-tensor.js';
import type { TensorProto } from './messages.js';
import { makeNode } from './node.js';
import { readModel } from './read-model.js';
import { type InitializerData, writeStreamedModel } from './stream-model.js';
import { tensorFloats } from './tensor.js';
import { writeModel } from './write-model.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-stream-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** From here on an initializer is streamed. */
const large = 2 ** 16;
const empty = (name: string, count: number): TensorProto => ({
  ...floatTensor(name, [count], new Float32Array()),
  rawData: undefined,
});
const values = (count: number, seed: number) => Float32Array.from({ length: count }, (_, i) => i * 0.5 + seed);
const modelOf = (initializers: readonly TensorProto[]) =>
  smallModel({
    inputs: { x: 'float[n]' },
    outputs: { y: 'float[n]' },
    nodes: [makeNode('Identity', ['x'], ['y'])],
    initializers,
  });

/** Bytes in pieces of a length that divides nothing. */
async function* inPieces(data: Float32Array, length = 9973): AsyncIterable<Uint8Array> {
  const bytes = new Uint8Array(data.buffer);
  for (let i = 0; i < bytes.length; i += length) {
    yield bytes.subarray(i, i + length);
  }
}
const dataOf =
  (data: Readonly<Record<string, Float32Array>>): InitializerData =>
  ({ name = '' }) =>
    data[name] && inPieces(data[name]);

describe('a model whose weights are made while it is written', () => {
  const made = { small: values(10, 1), first: values(large, 2), second: values(large + 3, 3) };
  const whole = modelOf([
    floats('given', [2], [7, 8]),
    ...Object.entries(made).map(([name, data]) => floatTensor(name, [data.length], data)),
  ]);
  const streamed = modelOf([
    floats('given', [2], [7, 8]),
    ...Object.entries(made).map(([name, { length }]) => empty(name, length)),
  ]);

  test('is byte for byte the model that would have stood in memory', async () => {
    const [expected, path] = [join(folder, 'whole.onnx'), join(folder, 'streamed.onnx')];
    await writeModel(whole, expected);
    const written = await writeStreamedModel(streamed, path, dataOf(made));
    expect(Buffer.compare(readFileSync(path), readFileSync(expected))).toBe(0);
    expect(written).toEqual({ path, files: [path], bytes: statSync(path).size });
  });

  test('is written in the order of its weights, one after the other', async () => {
    const order: string[] = [];
    const noting: InitializerData = ({ name = '' }) =>
      name === 'given'
        ? undefined
        : (async function* () {
            order.push(name);
            yield* inPieces(made[name as keyof typeof made]);
          })();
    await writeStreamedModel(streamed, join(folder, 'order.onnx'), noting);
    expect(order).toEqual(['small', 'first', 'second']);
  });

  test('tells how far it is, to the last byte', async () => {
    const path = join(folder, 'progress.onnx');
    const seen: { done: number; total?: number; unit: string }[] = [];
    await writeStreamedModel(streamed, path, dataOf(made), { onProgress: (event) => seen.push(event) });
    const { size } = statSync(path);
    expect(seen.every(({ total, unit }) => total === size && unit === 'bytes')).toBe(true);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(seen.at(-1)?.done).toBe(size);
  });

  test('leaves nothing where making a weight fails, or where it is cancelled', async () => {
    const path = join(folder, 'failed.onnx');
    const failing: InitializerData = ({ name }) =>
      name !== 'second'
        ? dataOf(made)({ ...empty(name ?? '', 1) })
        : // biome-ignore lint/correctness/useYield: it fails before its first piece.
          (async function* () {
            throw new Error('no such weight');
          })();
    await expect(writeStreamedModel(streamed, path, failing)).rejects.toThrow('no such weight');
    const signal = AbortSignal.abort();
    await expect(writeStreamedModel(streamed, path, dataOf(made), { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(existsSync(path)).toBe(false);
  });

  test.each(['small', 'first'])(
    'refuses a weight %s that has fewer or more bytes than its type and dimensions ask for',
    async (name) => {
      const path = join(folder, `${name}.onnx`);
      const right = made[name as keyof typeof made];
      for (const wrong of [right.slice(1), values(right.length + 1, 0)]) {
        const written = writeStreamedModel(streamed, path, dataOf({ ...made, [name]: wrong }));
        await expect(written).rejects.toThrow(
          `${wrong.byteLength} bytes of data, type and dimensions ask for ${right.byteLength}`,
        );
      }
      expect(existsSync(path)).toBe(false);
    },
  );

  test('has inside what was outside before', async () => {
    const path = join(folder, 'inside.onnx');
    const outside = outsideTensor(empty('w', 4), 'elsewhere', 0, 16);
    await writeStreamedModel(modelOf([outside]), path, dataOf({ w: values(4, 0) }));
    const model = await readModel(path);
    const [tensor] = model.proto.graph.initializer;
    expect(isExternal(tensor)).toBe(false);
    expect([...tensorFloats(model, tensor)]).toEqual([0, 0.5, 1, 1.5]);
  });

  test('that is there already is the same bytes', async () => {
    const path = join(folder, 'there.onnx');
    await writeStreamedModel(whole, path, () => undefined);
    expect(Buffer.compare(readFileSync(path), readFileSync(join(folder, 'whole.onnx')))).toBe(0);
  });
});
