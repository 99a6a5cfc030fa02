import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { OctavecError, shortened, type TaskOptions } from '../base/index.js';
import { writeOutput, writeOutputs } from '../files/index.js';
import { byteLength } from './element-types.js';
import { encodedSize, encodeModel } from './encode.js';
import { insideTensor, moveOut } from './external-layout.js';
import { FileWriter } from './file-writer.js';
import { limits } from './limits.js';
import type { TensorProto } from './messages.js';
import { type OnnxModel, withGraph } from './model.js';
import { elementCount } from './tensor.js';
import type { WrittenModel } from './write-model.js';

/** The data of an initializer in pieces; undefined for those that have their data. */
export type InitializerData = (tensor: TensorProto) => AsyncIterable<Uint8Array> | undefined;

/** Smaller initializers are read before. The encoder hands larger ones through without a copy. */
const streamedFrom = 2 ** 18;

/**
 * Writes a model whose weights are made one after the other while the file is written, so that it never stands in memory
 * as a whole. Weights go inside as long as the file stays under the 2 GB that protocol buffers allow.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL, OUTPUT_TOO_LARGE, CANCELLED, ONNX_CORRUPT if data are more or less than type and
 *   dimensions ask for, and what `dataOf` throws
 * @example
 * ```ts
 * async function* zeros(count: number) {
 *   yield new Uint8Array(4 * count);
 * }
 * await writeStreamedModel(model, 'zeros.onnx', ({ dims }) => zeros(elementCount({ dims })));
 * ```
 */
export async function writeStreamedModel(
  model: OnnxModel,
  target: string,
  dataOf: InitializerData,
  options: TaskOptions = {},
): Promise<WrittenModel> {
  const { whole, later } = await withPlaces(model, dataOf);
  const bytes = encodedSize(whole.proto);
  if (bytes <= limits.fileBytes) {
    await writeOutput(target, async (file) => {
      await writePieces(file, new FileWriter(target, bytes, options), encodeModel(whole.proto), later);
    });
    return { path: target, files: [target], bytes };
  }
  const dataPath = `${target}_data`;
  const { proto, moved } = moveOut(whole, basename(dataPath));
  const protoBytes = encodedSize(proto);
  if (protoBytes > limits.fileBytes) {
    throw new OctavecError('OUTPUT_TOO_LARGE', { path: target, bytes: protoBytes });
  }
  const written = moved.reduce((sum, { length }) => sum + length, protoBytes);
  await writeOutputs([dataPath, target], async ([dataFile, protoFile]) => {
    const writer = new FileWriter(target, written, options);
    for (const { before, offset } of moved) {
      const place = before.rawData as Uint8Array;
      await writePieces(dataFile, writer, [place], later, offset);
    }
    await writer.all(protoFile, encodeModel(proto));
  });
  const last = moved[moved.length - 1];
  return { path: target, files: [target, dataPath], bytes: protoBytes + last.offset + last.length };
}

/** Views that stand for data which is made later. */
type Later = ReadonlyMap<Uint8Array, AsyncIterable<Uint8Array>>;

/**
 * Returns the model with all small data, and views of untouched memory, which takes no space, in place of large ones.
 */
async function withPlaces(model: OnnxModel, dataOf: InitializerData): Promise<{ whole: OnnxModel; later: Later }> {
  const later = new Map<Uint8Array, AsyncIterable<Uint8Array>>();
  const sizes = model.proto.graph.initializer.map(
    (tensor) => byteLength(tensor.dataType ?? 0, elementCount(tensor)) ?? 0,
  );
  const untouched = new ArrayBuffer(sizes.reduce((most, size) => Math.max(most, size), 0));
  const initializer: TensorProto[] = [];
  for (const [i, tensor] of model.proto.graph.initializer.entries()) {
    const made = dataOf(tensor);
    if (made === undefined) {
      initializer.push(tensor);
      continue;
    }
    const data = complete(made, sizes[i], model.path, tensor);
    const rawData = sizes[i] < streamedFrom ? await gathered(data, sizes[i]) : new Uint8Array(untouched, 0, sizes[i]);
    if (sizes[i] >= streamedFrom) {
      later.set(rawData, data);
    }
    initializer.push(insideTensor(tensor, rawData));
  }
  return { whole: withGraph(model, { ...model.proto.graph, initializer }), later };
}

/** Passes pieces on as long as they are as many bytes as announced: what comes behind them would stand in a wrong place. */
async function* complete(
  data: AsyncIterable<Uint8Array>,
  size: number,
  path: string,
  { name = '' }: TensorProto,
): AsyncIterable<Uint8Array> {
  let done = 0;
  const check = (right: boolean): void => {
    if (!right) {
      const why = `${done} bytes of data, type and dimensions ask for ${size}`;
      throw new OctavecError('ONNX_CORRUPT', { path, where: `tensor "${shortened(name)}"`, why });
    }
  };
  for await (const piece of data) {
    done += piece.length;
    check(done <= size);
    yield piece;
  }
  check(done === size);
}

async function gathered(data: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let end = 0;
  for await (const piece of data) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}

async function writePieces(
  file: FileHandle,
  writer: FileWriter,
  pieces: readonly Uint8Array[],
  later: Later,
  start = 0,
): Promise<void> {
  let position = start;
  for (const piece of pieces) {
    for await (const bytes of later.get(piece) ?? [piece]) {
      await writer.at(file, bytes, position);
      position += bytes.length;
    }
  }
}
