import { type FileHandle, open, stat } from 'node:fs/promises';
import { asReadError, OctavecError, shortened, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { checkStructure } from './check-structure.js';
import { decodeModel } from './decode.js';
import { limits } from './limits.js';
import type { OnnxModel } from './model.js';
import { fieldLists } from './schema.js';

/**
 * Reads an ONNX file. The whole file is read once; tensors are views of it. External data stay where they are until
 * a tensor is asked for.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, CANCELLED, and as {@link parseModel}
 * @example
 * ```ts
 * const model = await readModel('onnx/model.onnx');
 * console.log(model.proto.graph.node.length);
 * ```
 */
export async function readModel(path: string, options: TaskOptions = {}): Promise<OnnxModel> {
  return parseModel(await readWhole(path, options), path);
}

/**
 * Parses the bytes of an ONNX file and checks what the rest of octavec relies on: tensors have as much data as their
 * type and dimensions say, every value is made once, and every value that is used is made somewhere.
 *
 * @param path what errors call it and where external data are looked for
 * @throws NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT
 * @example
 * ```ts
 * const model = parseModel(await readFile('model.onnx'), 'model.onnx');
 * ```
 */
export function parseModel(bytes: Uint8Array, path: string): OnnxModel {
  refuseOtherFormats(bytes, path);
  const proto = decodeModel(bytes, path);
  const { graph } = proto;
  if (graph === undefined) {
    throw new OctavecError('NOT_ONNX', { path, why: 'it holds no graph' });
  }
  if (proto.opsetImport.length === 0) {
    throw new OctavecError('NOT_ONNX', { path, why: 'it names no operator set' });
  }
  const model = { path, proto: { ...proto, graph } };
  checkStructure(model);
  return model;
}

/** Tells from the first bytes what cannot be a ModelProto, before much else is read. */
function refuseOtherFormats(bytes: Uint8Array, path: string): void {
  if (bytes.length === 0) {
    throw new OctavecError('NOT_ONNX', { path, why: 'the file is empty' });
  }
  const text = Buffer.from(bytes.subarray(0, 24)).toString('latin1');
  if (text.startsWith('version https://git-lfs')) {
    const why = 'it is a Git LFS pointer that stands for the model ("git lfs pull" fetches it)';
    throw new OctavecError('NOT_ONNX', { path, why });
  }
  // A message begins with the tag of one of its fields. Fields beyond the 15th take two bytes and come late.
  if (!fieldLists.ModelProto.some(({ tag }) => tag === bytes[0])) {
    throw new OctavecError('NOT_ONNX', { path, why: `it begins with ${describeStart(text)}` });
  }
}

function describeStart(text: string): string {
  const readable = /^[\t\n\r\x20-\x7e]{8,}$/.test(text);
  return readable ? `"${text.trim()}"` : `bytes ${Buffer.from(text.slice(0, 4), 'latin1').toString('hex')}`;
}

async function readWhole(path: string, options: TaskOptions): Promise<Uint8Array> {
  const { file, size } = await openModelFile(path);
  try {
    return await readBytes(file, size, path, options);
  } catch (error) {
    throw asReadError(error, shortened(path, 400), 'The model');
  } finally {
    await file.close();
  }
}

/**
 * Opens a file, and checks its size.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX if it is larger than the format allows
 */
export async function openModelFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  try {
    const size = await sizeOfFile(path);
    return { file: await open(path, 'r'), size };
  } catch (error) {
    throw asReadError(error, shortened(path, 400), 'The model');
  }
}

/** Returns the size of a file before it is opened: opening a pipe would wait for its writer. */
async function sizeOfFile(path: string): Promise<number> {
  const stats = await stat(path);
  if (!stats.isFile()) {
    const why = stats.isDirectory() ? 'it is a folder' : 'it is not a file';
    throw new OctavecError('FILE_NOT_READABLE', { path, why });
  }
  if (stats.size > limits.fileBytes) {
    const why = `${stats.size} bytes are more than the format allows; larger models keep their weights in external data files`;
    throw new OctavecError('NOT_ONNX', { path, why });
  }
  return stats.size;
}

async function readBytes(file: FileHandle, size: number, path: string, options: TaskOptions): Promise<Uint8Array> {
  const { signal } = options;
  const start = new Uint8Array(Math.min(size, 64));
  await file.read(start, 0, start.length, 0);
  refuseOtherFormats(start, path);
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size; ) {
    throwIfCancelled(signal, `reading ${path}`);
    const { bytesRead } = await file.read(bytes, done, Math.min(size - done, 2 ** 26), done);
    if (bytesRead === 0) {
      throw new OctavecError('FILE_NOT_READABLE', { path, why: 'it shrank while it was read' });
    }
    done += bytesRead;
  }
  return bytes;
}
