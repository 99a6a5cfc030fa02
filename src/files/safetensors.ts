import { isRecord, keysOf, OctavecError } from '../base/index.js';
import { safetensorsBytes } from './safetensors-bytes.js';

/**
 * Tensors by name in the safetensors format (https://github.com/huggingface/safetensors): the length of a JSON header as
 * 64 bits, the header, the data, all little-endian.
 */

export type SafetensorData = Float32Array | Float64Array | Int32Array;

export interface Safetensors {
  /** One-dimensional when written; sizes in a file are not looked at beyond their product. */
  readonly tensors: ReadonlyMap<string, SafetensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

const arrayTypes = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;
type TypeName = keyof typeof arrayTypes;

const lengthBytes = 8;
/** Of the header, as in the reference implementation. */
const mostHeaderBytes = 100_000_000;

interface Entry {
  readonly dtype: TypeName;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Writes tensors as the bytes of a safetensors file. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const list = [...tensors].map(([name, data]) => ({ name, type: typeName(data), dims: [data.length], data }));
  return safetensorsBytes(list, metadata);
}

function typeName(data: SafetensorData): TypeName {
  return keysOf(arrayTypes).find((name) => data instanceof arrayTypes[name]) ?? 'F32';
}

/**
 * Reads the tensors of a safetensors file.
 *
 * @param path for messages
 * @throws SAFETENSORS_INVALID
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): Safetensors {
  const fail = (why: string): never => {
    throw new OctavecError('SAFETENSORS_INVALID', { path, why });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < lengthBytes ? Number.NaN : Number(view.getBigUint64(0, true));
  const start = lengthBytes + headerLength;
  if (!(headerLength <= mostHeaderBytes && start <= bytes.length)) {
    fail('its header is not whole');
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, start)));
  } catch {
    fail('its header is not JSON');
  }
  const tensors = new Map<string, SafetensorData>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(isRecord(json) ? json : fail('its header does not describe tensors'))) {
    if (isMetadata(entry)) {
      metadata = entry;
      continue;
    }
    const { dtype, shape, data_offsets } = isEntry(entry) ? entry : fail('its header does not describe tensors');
    const [begin, end] = data_offsets;
    const size = shape.reduce((product, dim) => product * dim, arrayTypes[dtype].BYTES_PER_ELEMENT);
    if (end - begin !== size || start + end > bytes.length) {
      fail(`tensor "${name}" lies outside of it`);
    }
    // A copy: the data need not be aligned in the file.
    tensors.set(name, new arrayTypes[dtype](Uint8Array.from(bytes.subarray(start + begin, start + end)).buffer));
  }
  return { tensors, metadata };
}

// Checked by hand rather than by a schema: worker threads load this room, and zod would cost each of them megabytes.

function isMetadata(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((each) => typeof each === 'string');
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value) || !Object.hasOwn(arrayTypes, String(value.dtype))) {
    return false;
  }
  const { shape, data_offsets: range } = value;
  return areCounts(shape) && areCounts(range) && range.length === 2;
}

function areCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
