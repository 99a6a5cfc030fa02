import { type FileHandle, open } from 'node:fs/promises';
import { asReadError, isRecord, OctavecError, reasonOf } from '../base/index.js';

/** Limits that keep a hostile file from taking memory or time. */
const limits = {
  /** As in the reference implementation. */
  headerBytes: 100_000_000,
  tensors: 100_000,
  rank: 8,
} as const;

const elementBits: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F4: 4 },
  ...{ I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, I64: 64, U64: 64, F64: 64 },
};

/** Where a tensor lies in a file of weights. Its numbers are little-endian, row by row. */
export interface StoredTensor {
  readonly name: string;
  /** As safetensors calls it: "F32", "BF16". */
  readonly type: string;
  readonly dims: readonly number[];
  readonly path: string;
  /** Where its first byte is in the file. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Reads what tensors a safetensors file holds, by their names; their data are not read. Format:
 * https://github.com/huggingface/safetensors#format
 *
 * @throws SAFETENSORS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function readSafetensorsHeader(path: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const file = await openWeights(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw invalid(path, 'it is not a file');
    }
    const length = Number((await readRange(file, path, 0, 8)).readBigUInt64LE());
    if (length > limits.headerBytes || 8 + length > stats.size) {
      throw invalid(path, `its header claims ${length} bytes, the file has ${stats.size}`);
    }
    const header = parseHeader(path, await readRange(file, path, 8, length));
    const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
    return new Map(entries.map(([name, entry]) => [name, storedTensor(path, name, entry, 8 + length, stats.size)]));
  } finally {
    await file.close();
  }
}

/**
 * Opens a file of weights.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function openWeights(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw asReadError(error, path, 'File of weights');
  }
}

/** One read call takes at most 2 GiB - 1. */
const mostAtOnce = 2 ** 30;

/**
 * Reads bytes of a file into memory of their own, so that views of 4-byte numbers are aligned.
 *
 * @throws SAFETENSORS_INVALID where the file ends early, FILE_NOT_READABLE
 */
export async function readRange(file: FileHandle, path: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file
      .read(bytes, done, Math.min(length - done, mostAtOnce), position + done)
      .catch((error: unknown) => {
        throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
      });
    if (bytesRead === 0) {
      throw invalid(path, 'it ends early');
    }
    done += bytesRead;
  }
  return bytes;
}

function parseHeader(path: string, bytes: Buffer): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(path, `its header is not JSON (${reasonOf(error)})`);
  }
  if (!isRecord(header)) {
    throw invalid(path, 'its header is not a JSON object');
  }
  if (Object.keys(header).length > limits.tensors) {
    throw invalid(path, `it has more than ${limits.tensors} tensors`);
  }
  return header;
}

function storedTensor(path: string, name: string, entry: unknown, dataStart: number, fileSize: number): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBits, dtype)) {
    throw invalid(path, `tensor "${name}" has the unknown type ${String(dtype).slice(0, 20)}`);
  }
  if (!isCounts(shape) || shape.length > limits.rank || !isCounts(offsets) || offsets.length !== 2) {
    throw invalid(path, `tensor "${name}" has a shape or offsets that are not lists of whole numbers`);
  }
  const [start, end] = offsets;
  const bytes = (shape.reduce((product, size) => product * size, 1) * elementBits[dtype]) / 8;
  if (end - start !== bytes || dataStart + end > fileSize) {
    throw invalid(path, `tensor "${name}" of shape [${shape}] cannot lie at bytes ${start} to ${end}`);
  }
  return { name, type: dtype, dims: shape, path, offset: dataStart + start, bytes };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function invalid(path: string, why: string): OctavecError {
  return new OctavecError('SAFETENSORS_INVALID', { path, why });
}
