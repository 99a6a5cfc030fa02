import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeOutput } from '../base/index.js';
import { encodedSize, encodeModel } from './encode.js';
import { dataLocationExternal, isExternal } from './external-data.js';
import { limits } from './limits.js';
import type { GraphProto, TensorProto } from './messages.js';
import { type OnnxModel, withGraph } from './model.js';
import { tensorBytes } from './tensor.js';

export interface WriteOptions {
  /**
   * Where weights go: `inline` into the model file, `external` into `<name>_data` beside it, `auto` (the default) inline
   * as long as the file stays under the 2 GB that protocol buffers allow.
   */
  readonly weights?: 'auto' | 'inline' | 'external';
}

export interface WrittenModel {
  readonly path: string;
  /** All files of the model, the ONNX file first. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Smaller tensors stay inside the model file, where shape inference and people can see them. */
const externalFrom = 1024;
/** Run times map external data into memory, which wants offsets on page boundaries. */
const pageBytes = 4096;

/**
 * Writes a model. External tensors of the source are read from beside `model.path` and written anew, so that the
 * result stands on its own. The same model gives the same bytes.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL, EXTERNAL_DATA, ONNX_LIMIT when an inline file would be over 2 GB
 */
export async function writeModel(model: OnnxModel, target: string, options: WriteOptions = {}): Promise<WrittenModel> {
  const { weights = 'auto' } = options;
  const external = weights === 'external' || (weights === 'auto' && inlineSize(model) > limits.fileBytes);
  if (!external) {
    const whole = mapTensors(model, (tensor) =>
      isExternal(tensor) ? inline(tensor, tensorBytes(model, tensor)) : tensor,
    );
    const bytes = await writeOutput(target, (file) => writePieces(file, encodeModel(whole.proto)));
    return { path: target, files: [target], bytes };
  }
  const dataPath = `${target}_data`;
  let dataBytes = 0;
  const light = await writeOutput(dataPath, async (file) => {
    const located = new Map<TensorProto, TensorProto>();
    for (const tensor of model.proto.graph.initializer) {
      if (tensor.stringData.length > 0 || (!isExternal(tensor) && inlineLength(tensor) < externalFrom)) {
        continue;
      }
      const bytes = tensorBytes(model, tensor);
      const offset = Math.ceil(dataBytes / pageBytes) * pageBytes;
      await writeAll(file, bytes, offset);
      dataBytes = offset + bytes.length;
      located.set(tensor, externalTensor(tensor, basename(dataPath), offset, bytes.length));
    }
    return mapTensors(model, (tensor) => located.get(tensor) ?? tensor);
  });
  const bytes = await writeOutput(target, (file) => writePieces(file, encodeModel(light.proto)));
  return { path: target, files: [target, dataPath], bytes: bytes + dataBytes };
}

/** What the model file would take with all weights inside. */
function inlineSize(model: OnnxModel): number {
  const external = model.proto.graph.initializer.filter(isExternal);
  return encodedSize(model.proto) + external.reduce((sum, tensor) => sum + externalLength(tensor), 0);
}

function externalLength(tensor: TensorProto): number {
  return Number(tensor.externalData.find((entry) => entry.key === 'length')?.value ?? 0);
}

function inlineLength(tensor: TensorProto): number {
  return (tensor.rawData ?? tensor.floatData ?? tensor.int32Data ?? tensor.int64Data ?? tensor.doubleData)?.length ?? 0;
}

const noData = {
  rawData: undefined,
  floatData: undefined,
  int32Data: undefined,
  int64Data: undefined,
  doubleData: undefined,
  uint64Data: undefined,
} as const;

function inline(tensor: TensorProto, rawData: Uint8Array): TensorProto {
  return { ...tensor, ...noData, externalData: [], dataLocation: undefined, rawData };
}

function externalTensor(tensor: TensorProto, location: string, offset: number, length: number): TensorProto {
  const externalData = Object.entries({ location, offset: `${offset}`, length: `${length}` });
  return {
    ...tensor,
    ...noData,
    dataLocation: dataLocationExternal,
    externalData: externalData.map(([key, value]) => ({ key, value })),
  };
}

function mapTensors(model: OnnxModel, change: (tensor: TensorProto) => TensorProto): OnnxModel {
  const graph: GraphProto = { ...model.proto.graph, initializer: model.proto.graph.initializer.map(change) };
  return withGraph(model, graph);
}

async function writePieces(file: FileHandle, pieces: Iterable<Uint8Array>): Promise<number> {
  let position = 0;
  for (const piece of pieces) {
    await writeAll(file, piece, position);
    position += piece.length;
  }
  return position;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 26), position + done);
    done += bytesWritten;
  }
}
