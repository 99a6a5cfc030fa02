import type { FileHandle } from 'node:fs/promises';
import type { OnnxModel } from './model.js';
import { openModelFile, parseModel } from './read-model.js';
import { schema, wireType } from './schema.js';
import { maxVarintBytes } from './varint.js';
import { WireError, WireReader } from './wire-reader.js';

/**
 * Reads an ONNX file without the data of its large initializers: nodes, names, types and shapes. A model of a gigabyte
 * takes some milliseconds and next to no memory. Those initializers hold zeros in their raw or floating-point data.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT
 * @example
 * ```ts
 * const { proto } = await readStructure('onnx/model.onnx');
 * console.log(proto.graph.input.map(({ name }) => name));
 * ```
 */
export async function readStructure(path: string): Promise<OnnxModel> {
  const { file, size } = await openModelFile(path);
  try {
    // Pages that nobody writes to take no memory.
    const window = new Window(file, new Uint8Array(size));
    try {
      await walk(window, 'ModelProto', size);
    } catch (error) {
      if (!(error instanceof WireError)) {
        throw error;
      }
      // The reader of whole files says where the damage is.
      await window.load(size);
    }
    return parseModel(window.bytes, path);
  } finally {
    await file.close();
  }
}

/** Data of this size are passed over. */
export const largeBytes = 4096;
const windowBytes = 64 * 1024;
const headerBytes = 2 * maxVarintBytes;

type Level = 'ModelProto' | 'GraphProto' | 'TensorProto';

/** The fields that are gone into. */
const within: { readonly [Name in Level]: ReadonlyMap<number, Level> } = {
  ModelProto: new Map([[schema.ModelProto.graph.number, 'GraphProto']]),
  GraphProto: new Map([[schema.GraphProto.initializer.number, 'TensorProto']]),
  TensorProto: new Map(),
};

const { floatData, rawData, doubleData } = schema.TensorProto;
/** Tensors' data that are passed over. How many numbers other data are is only known when they are read. */
const passedOver: ReadonlySet<number> = new Set([floatData.number, rawData.number, doubleData.number]);

async function walk(window: Window, level: Level, end: number): Promise<void> {
  const { wire } = window;
  while (wire.position < end) {
    await window.load(Math.min(end, wire.position + headerBytes));
    const tag = wire.uint32(end);
    if ((tag & 7) !== wireType.bytes) {
      wire.skip(tag, end);
      continue;
    }
    const stop = wire.stop(end);
    const field = tag >>> 3;
    const inner = within[level].get(field);
    if (inner !== undefined) {
      await walk(window, inner, stop);
    } else if (level !== 'TensorProto' || !passedOver.has(field) || stop - wire.position < largeBytes) {
      await window.load(stop);
    }
    wire.position = stop;
  }
}

/** The bytes of a file, of which only parts are read. */
class Window {
  readonly bytes: Uint8Array;
  readonly wire: WireReader;
  readonly #file: FileHandle;
  /** Everything from the wire's position to here is read. */
  #end = 0;

  constructor(file: FileHandle, bytes: Uint8Array) {
    this.#file = file;
    this.bytes = bytes;
    this.wire = new WireReader(bytes);
  }

  /** Reads on from the wire's position to `end`, and some more, for that costs nothing. */
  async load(end: number): Promise<void> {
    let start = Math.max(this.#end, this.wire.position);
    if (end <= start) {
      return;
    }
    const stop = Math.min(this.bytes.length, Math.max(end, start + windowBytes));
    while (start < end) {
      const { bytesRead } = await this.#file.read(this.bytes, start, stop - start, start);
      if (bytesRead === 0) {
        throw new WireError('the file shrank while it was read');
      }
      start += bytesRead;
    }
    this.#end = start;
  }
}
