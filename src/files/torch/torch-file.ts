import type { FileHandle } from 'node:fs/promises';
import { OctavecError } from '../../base/index.js';
import { openWeights, readRange, type StoredTensor } from '../safetensors-file.js';
import { type PickledTensor, PickleProblem, readTensorPickle } from './tensor-pickle.js';
import { type ZipEntry, zipEntries } from './zip-entries.js';

const limits = { pickleBytes: 64 * 2 ** 20, rank: 8 } as const;

/** Types of storages, as safetensors calls them, and bytes of an element. */
const elementTypes: Readonly<Record<string, readonly [type: string, bytes: number]>> = {
  ...{ FloatStorage: ['F32', 4], HalfStorage: ['F16', 2], BFloat16Storage: ['BF16', 2], DoubleStorage: ['F64', 8] },
  ...{ LongStorage: ['I64', 8], IntStorage: ['I32', 4], ShortStorage: ['I16', 2], CharStorage: ['I8', 1] },
  ...{ ByteStorage: ['U8', 1], BoolStorage: ['BOOL', 1] },
};

/**
 * Reads which tensors a PyTorch file holds (`torch.save` of a state dict: `pytorch_model.bin`), by name. Their data are
 * not read, and the pickle in the file is parsed but never run.
 *
 * @throws WEIGHTS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function readTorchHeader(path: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const file = await openWeights(path);
  try {
    await refuseOthers(file, path);
    const entries = await zipEntries(file, path);
    const pickle = [...entries.keys()].find((name) => name.endsWith('/data.pkl'));
    const entry = pickle === undefined ? undefined : entries.get(pickle);
    if (pickle === undefined || entry === undefined || entry.bytes > limits.pickleBytes) {
      throw invalid(path, 'it is no archive of PyTorch: it has no data.pkl of a usual size');
    }
    const folder = pickle.slice(0, -'data.pkl'.length);
    await refuseBigEndian(file, path, entries.get(`${folder}byteorder`));
    const tensors = readTensors(path, await readRange(file, path, entry.offset, entry.bytes));
    return new Map(
      [...tensors].map(([name, tensor]) => {
        const data = entries.get(`${folder}data/${tensor.storage.key}`);
        return [name, storedTensor(path, name, tensor, data)];
      }),
    );
  } finally {
    await file.close();
  }
}

function readTensors(path: string, bytes: Buffer): ReadonlyMap<string, PickledTensor> {
  try {
    return readTensorPickle(bytes);
  } catch (error) {
    throw error instanceof PickleProblem ? invalid(path, `${error.message}; octavec never runs pickles`) : error;
  }
}

/** The beginning of files as PyTorch wrote them before version 1.6: a pickle of a magic number. */
const oldStart = Buffer.from([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);

async function refuseOthers(file: FileHandle, path: string): Promise<void> {
  const stats = await file.stat();
  if (!stats.isFile()) {
    throw invalid(path, 'it is not a file');
  }
  const start = await readRange(file, path, 0, Math.min(stats.size, oldStart.length));
  if (start.equals(oldStart)) {
    const how = '`model.save_pretrained(folder)` of transformers writes it as safetensors';
    throw invalid(path, `it is in the format that PyTorch had before version 1.6; ${how}`);
  }
  if (start.toString('latin1', 0, 2) !== 'PK') {
    throw invalid(path, 'it does not begin as a file of PyTorch does');
  }
}

async function refuseBigEndian(file: FileHandle, path: string, entry: ZipEntry | undefined): Promise<void> {
  if (
    entry !== undefined &&
    (await readRange(file, path, entry.offset, Math.min(entry.bytes, 8))).toString() !== 'little'
  ) {
    throw invalid(path, 'its numbers are big-endian');
  }
}

function storedTensor(path: string, name: string, tensor: PickledTensor, data: ZipEntry | undefined): StoredTensor {
  const { storage, offset, dims, strides } = tensor;
  const [type, width] = elementTypes[storage.type];
  if (data === undefined || data.bytes !== storage.count * width) {
    throw invalid(path, `the numbers of tensor "${name}" are missing, or not as many as it says`);
  }
  if (dims.length !== strides.length || dims.length > limits.rank || !isRowByRow(dims, strides)) {
    throw invalid(path, `tensor "${name}" of shape [${dims}] does not lie row by row (strides [${strides}])`);
  }
  const count = dims.reduce((product, size) => product * size, 1);
  if (offset + count > storage.count) {
    throw invalid(path, `tensor "${name}" of shape [${dims}] reaches beyond its numbers`);
  }
  return { name, type, dims, path, offset: data.offset + offset * width, bytes: count * width };
}

function isRowByRow(dims: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== expected) {
      return dims.includes(0);
    }
    expected *= dims[axis];
  }
  return true;
}

function invalid(path: string, why: string): OctavecError {
  return new OctavecError('WEIGHTS_INVALID', { path, why });
}
