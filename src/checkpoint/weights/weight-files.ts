import type { FileHandle } from 'node:fs/promises';
import { OctavecError } from '../../base/index.js';
import { openWeights, readRange, type StoredTensor } from '../../files/index.js';
import { floatTypes, widen } from '../../model/index.js';

/** What one read takes of a tensor that is streamed. */
const chunkBytes = 2 ** 24;

/** The stored tensors of a model by name, and their numbers on demand: never more than is asked for in memory. */
export class WeightFiles {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #open = new Map<string, Promise<FileHandle>>();

  constructor(tensors: ReadonlyMap<string, StoredTensor>) {
    this.tensors = tensors;
  }

  /**
   * Reads rows [first, end) of a tensor as float32, by default all.
   *
   * @throws WEIGHTS_INVALID for types other than F32, F16 and BF16; SAFETENSORS_INVALID, FILE_NOT_READABLE
   */
  async floats(tensor: StoredTensor, first = 0, end = tensor.dims[0] ?? 1): Promise<Float32Array> {
    checkType(tensor);
    const rowBytes = bytesOfRow(tensor);
    const file = await this.#file(tensor.path);
    const bytes = await readRange(file, tensor.path, tensor.offset + first * rowBytes, (end - first) * rowBytes);
    return widen(tensor.type, bytes);
  }

  /** Reads the same in pieces of some megabytes. */
  async *chunks(tensor: StoredTensor, first: number, end: number): AsyncGenerator<Float32Array> {
    const rows = Math.max(1, Math.floor(chunkBytes / Math.max(1, bytesOfRow(tensor))));
    for (let row = first; row < end; row += rows) {
      yield await this.floats(tensor, row, Math.min(end, row + rows));
    }
  }

  async close(): Promise<void> {
    const files = await Promise.allSettled(this.#open.values());
    await Promise.all(files.map((file) => (file.status === 'fulfilled' ? file.value.close() : undefined)));
  }

  #file(path: string): Promise<FileHandle> {
    const known = this.#open.get(path) ?? openWeights(path);
    this.#open.set(path, known);
    return known;
  }
}

function bytesOfRow({ bytes, dims }: StoredTensor): number {
  return dims.length === 0 ? bytes : bytes / Math.max(1, dims[0]);
}

function checkType({ name, type, path }: StoredTensor): void {
  if (!floatTypes.includes(type)) {
    const why = `tensor "${name}" has the type ${type}, and only ${floatTypes.join(', ')} are read`;
    throw new OctavecError('WEIGHTS_INVALID', { path, why });
  }
}
