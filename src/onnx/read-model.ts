import { open } from 'node:fs/promises';
import { OctavecError, reasonOf } from '../base/index.js';
import { decodeModel } from './decode.js';
import { limits } from './limits.js';
import type { OnnxModel } from './model.js';

/**
 * Reads an ONNX file. The whole file is read once; tensors are views of it. External data stay where they are until
 * a tensor is asked for.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT
 */
export async function readModel(path: string): Promise<OnnxModel> {
  return parseModel(await readWhole(path), path);
}

/** Parses the bytes of an ONNX file. `path` is what errors call it and where external data are looked for. */
export function parseModel(bytes: Uint8Array, path: string): OnnxModel {
  if (bytes.length === 0) {
    throw new OctavecError('NOT_ONNX', { path, why: 'the file is empty' });
  }
  // Field 1 of a ModelProto is the IR version, and every writer puts it, or the opset imports, first.
  if (![0x08, 0x42, 0x12, 0x3a].includes(bytes[0])) {
    throw new OctavecError('NOT_ONNX', { path, why: `it begins with ${describeStart(bytes)}` });
  }
  const proto = decodeModel(bytes, path);
  const { graph } = proto;
  if (graph === undefined) {
    throw new OctavecError('NOT_ONNX', { path, why: 'it holds no graph' });
  }
  if (proto.opsetImport.length === 0) {
    throw new OctavecError('NOT_ONNX', { path, why: 'it names no operator set' });
  }
  return { path, proto: { ...proto, graph } };
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r');
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new OctavecError('FILE_NOT_READABLE', { path, why: 'it is not a file' });
    }
    if (stats.size > limits.fileBytes) {
      throw new OctavecError('NOT_ONNX', {
        path,
        why: `${stats.size} bytes are more than the format allows; larger models keep their weights in external data files`,
      });
    }
    const bytes = new Uint8Array(stats.size);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, Math.min(bytes.length - done, 2 ** 26), done);
      if (bytesRead === 0) {
        throw new OctavecError('FILE_NOT_READABLE', { path, why: 'it shrank while it was read' });
      }
      done += bytesRead;
    }
    return bytes;
  } catch (error) {
    if (error instanceof OctavecError) {
      throw error;
    }
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new OctavecError('FILE_NOT_FOUND', { path, what: 'The model' }, error);
    }
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
}

function describeStart(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 16);
  const printable = start.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable
    ? `"${Buffer.from(start).toString('latin1')}"`
    : `bytes ${Buffer.from(start.subarray(0, 4)).toString('hex')}`;
}
