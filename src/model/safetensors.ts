import { type FileHandle, open } from 'node:fs/promises';
import { OctavecError, reasonOf } from '../base/index.js';
import { halvesToFloats } from '../numbers/index.js';

/** Limits that keep a hostile file from taking memory or time. */
const limits = {
  headerBytes: 16 * 1024 * 1024,
  tensors: 100_000,
  rank: 8,
  /** Of what is read, not of the file: dense layers take some MB. */
  tensorBytes: 2 ** 30,
} as const;

const elementBytes: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/**
 * Reads floating-point tensors (F32, F16, BF16) from a safetensors file, widened to float32.
 * Format: https://github.com/huggingface/safetensors#format
 *
 * @param names the tensors to read; those that the file does not hold are left out of the result
 * @throws CONFIG_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function readSafetensors(path: string, names: readonly string[]): Promise<Map<string, FloatTensor>> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new OctavecError('FILE_NOT_FOUND', { path, what: 'Weights of a dense layer' }, error);
    }
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
  try {
    const { size } = await file.stat();
    const headerLength = Number((await readExactly(file, path, 0, 8)).readBigUInt64LE());
    if (headerLength > limits.headerBytes || 8 + headerLength > size) {
      throw invalid(path, `its header claims ${headerLength} bytes, the file has ${size}`);
    }
    const header = parseHeader(path, await readExactly(file, path, 8, headerLength));
    const tensors = new Map<string, FloatTensor>();
    for (const name of names) {
      const entry = header[name];
      if (entry !== undefined) {
        tensors.set(name, await readTensor(file, path, name, entry, 8 + headerLength, size));
      }
    }
    return tensors;
  } finally {
    await file.close();
  }
}

type Header = Readonly<Record<string, unknown>>;

function parseHeader(path: string, bytes: Buffer): Header {
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw invalid(path, `its header is not JSON (${reasonOf(error)})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw invalid(path, 'its header is not a JSON object');
  }
  if (Object.keys(header).length > limits.tensors) {
    throw invalid(path, `it has more than ${limits.tensors} tensors`);
  }
  return Object.assign(Object.create(null) as Record<string, unknown>, header);
}

async function readTensor(
  file: FileHandle,
  path: string,
  name: string,
  entry: unknown,
  dataStart: number,
  fileSize: number,
): Promise<FloatTensor> {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== 'string' || !(dtype in elementBytes)) {
    throw invalid(path, `tensor "${name}" has the type ${String(dtype).slice(0, 20)}; F32, F16 and BF16 are read`);
  }
  if (!isCounts(shape) || shape.length > limits.rank || !isCounts(offsets) || offsets.length !== 2) {
    throw invalid(path, `tensor "${name}" has a shape or offsets that are not lists of whole numbers`);
  }
  const [start, end] = offsets;
  const expected = shape.reduce((product, size) => product * size, elementBytes[dtype]);
  if (end - start !== expected || expected > limits.tensorBytes || dataStart + end > fileSize) {
    throw invalid(path, `tensor "${name}" of shape [${shape.slice(0, 8)}] cannot lie at bytes ${start} to ${end}`);
  }
  const bytes = await readExactly(file, path, dataStart + start, expected);
  return { dims: shape, data: widen(dtype, bytes) };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function widen(dtype: string, bytes: Buffer): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (dtype === 'F32') {
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  }
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (dtype === 'F16') {
    return halvesToFloats(halves);
  }
  // BF16 is the upper half of a float32.
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** Reads into memory of its own, so that views of 4-byte numbers are aligned. */
async function readExactly(file: FileHandle, path: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) {
    throw invalid(path, 'it ends early');
  }
  return bytes;
}

function invalid(path: string, why: string): OctavecError {
  return new OctavecError('CONFIG_INVALID', { path, why });
}
