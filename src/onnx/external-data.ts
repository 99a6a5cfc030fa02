import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { OctavecError, reasonOf, shortened } from '../base/index.js';
import type { TensorProto } from './messages.js';

export const dataLocationExternal = 1;

/** Where the data of a tensor lie outside the model file. */
export interface ExternalLocation {
  readonly file: string;
  readonly offset: number;
  /** Bytes; undefined where the entry does not say. */
  readonly length?: number;
}

/**
 * Tells whether the data of a tensor lie in a file beside the model.
 *
 * @example
 * ```ts
 * const outside = model.proto.graph.initializer.filter(isExternal);
 * ```
 */
export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === dataLocationExternal;
}

/**
 * Finds where the external data of a tensor of the model file `modelPath` lie. The location must be a relative path
 * that stays within the model's folder (ONNX external data specification; see CVE-2022-25882 for why). Links are
 * followed: caches of the hub keep the files elsewhere and link to them.
 *
 * @throws EXTERNAL_DATA
 */
export function externalLocation(modelPath: string, tensor: TensorProto): ExternalLocation {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value ?? '']));
  const location = entries.get('location') ?? '';
  const plain = posix.normalize(location.replaceAll('\\', '/'));
  const leaves = plain === '..' || plain.startsWith('../') || plain.startsWith('/') || /^[a-zA-Z]:/.test(plain);
  if (location === '' || location.includes('\0') || leaves) {
    const why = `the location "${shortened(location)}" is not a path inside the model's folder`;
    throw externalError(modelPath, tensor, why);
  }
  const length = entries.get('length');
  return {
    file: join(dirname(modelPath), plain),
    offset: byteCount(modelPath, tensor, 'offset', entries.get('offset') ?? '0'),
    length: length === undefined ? undefined : byteCount(modelPath, tensor, 'length', length),
  };
}

/**
 * Reads the external data of a tensor.
 *
 * @param expected bytes that type and dimensions ask for
 * @throws EXTERNAL_DATA
 */
export function readExternalData(modelPath: string, tensor: TensorProto, expected: number): Uint8Array {
  const { file, offset, length = expected } = externalLocation(modelPath, tensor);
  if (length !== expected) {
    throw externalError(modelPath, tensor, `its entry says ${length} bytes, type and dimensions ask for ${expected}`);
  }
  try {
    // Asked before the file is opened: opening a pipe would wait for its writer.
    checkRange(file, offset, length);
    const bytes = new Uint8Array(length);
    readFully(file, bytes, offset);
    return bytes;
  } catch (error) {
    throw externalError(modelPath, tensor, shortened(reasonOf(error), 400), error);
  }
}

function checkRange(file: string, offset: number, length: number): void {
  const stats = statSync(file);
  if (!stats.isFile()) {
    throw new Error(`${file} is not a file`);
  }
  if (offset + length > stats.size) {
    throw new Error(`bytes ${offset} to ${offset + length} of ${file} are asked for, it has ${stats.size}`);
  }
}

function readFully(file: string, bytes: Uint8Array, offset: number): void {
  const descriptor = openSync(file, 'r');
  try {
    // One read call takes at most 2 GiB - 1.
    for (let done = 0; done < bytes.length; ) {
      const got = readSync(descriptor, bytes, done, Math.min(bytes.length - done, 2 ** 30), offset + done);
      if (got === 0) {
        throw new Error(`${file} ended early`);
      }
      done += got;
    }
  } finally {
    closeSync(descriptor);
  }
}

function byteCount(modelPath: string, tensor: TensorProto, key: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw externalError(modelPath, tensor, `${key} "${shortened(text)}" is not a number of bytes`);
  }
  return Number(text);
}

function externalError(path: string, tensor: TensorProto, why: string, cause?: unknown): OctavecError {
  return new OctavecError('EXTERNAL_DATA', { path, tensor: shortened(tensor.name ?? ''), why }, cause);
}
