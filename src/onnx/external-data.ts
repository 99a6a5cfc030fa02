import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { OctavecError, reasonOf } from '../base/index.js';
import type { TensorProto } from './messages.js';

export const dataLocationExternal = 1;

/** Where the data of a tensor lie outside the model file. */
export interface ExternalLocation {
  readonly file: string;
  readonly offset: number;
  /** Bytes; undefined means up to the end of the file. */
  readonly length?: number;
}

export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === dataLocationExternal;
}

/**
 * Where the external data of a tensor of the model file `modelPath` lie. The location must be a relative path that
 * stays within the model's folder (ONNX external data specification, and CVE-2022-25882 for why).
 *
 * @throws EXTERNAL_DATA
 */
export function externalLocation(modelPath: string, tensor: TensorProto): ExternalLocation {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value ?? '']));
  const location = entries.get('location') ?? '';
  const plain = normalize(location.replaceAll('\\', '/'));
  if (
    location === '' ||
    location.includes('\0') ||
    isAbsolute(plain) ||
    /^[a-zA-Z]:/.test(plain) ||
    plain.startsWith('..')
  ) {
    throw externalError(modelPath, tensor, `the location "${location}" is not a path inside the model's folder`);
  }
  const length = entries.get('length');
  return {
    file: join(dirname(modelPath), plain),
    offset: count(modelPath, tensor, 'offset', entries.get('offset') ?? '0'),
    length: length === undefined ? undefined : count(modelPath, tensor, 'length', length),
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
  checkRange(modelPath, tensor, file, offset, length);
  const bytes = new Uint8Array(length);
  const descriptor = openSync(file, 'r');
  try {
    // One read call takes at most 2 GiB - 1.
    for (let done = 0; done < length; ) {
      const got = readSync(descriptor, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
      if (got === 0) {
        throw externalError(modelPath, tensor, `${file} ended early`);
      }
      done += got;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}

function checkRange(modelPath: string, tensor: TensorProto, file: string, offset: number, length: number): void {
  let size: number;
  try {
    const stats = statSync(file);
    if (!stats.isFile()) {
      throw new Error(`${file} is not a file`);
    }
    size = stats.size;
  } catch (error) {
    throw externalError(modelPath, tensor, reasonOf(error));
  }
  if (offset + length > size) {
    throw externalError(
      modelPath,
      tensor,
      `bytes ${offset} to ${offset + length} of ${file} are asked for, it has ${size}`,
    );
  }
}

function count(modelPath: string, tensor: TensorProto, key: string, text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) {
    throw externalError(modelPath, tensor, `${key} "${text.slice(0, 40)}" is not a number of bytes`);
  }
  return value;
}

function externalError(path: string, tensor: TensorProto, why: string): OctavecError {
  return new OctavecError('EXTERNAL_DATA', { path, tensor: tensor.name ?? '', why });
}
