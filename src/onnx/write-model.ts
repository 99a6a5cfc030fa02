import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { OctavecError, type TaskOptions } from '../base/index.js';
import { writeOutput, writeOutputs } from '../files/index.js';
import { encodedSize, encodeModel } from './encode.js';
import { externalLocation, isExternal } from './external-data.js';
import { insideTensor, type MovedTensor, moveOut } from './external-layout.js';
import { FileWriter } from './file-writer.js';
import { limits } from './limits.js';
import type { ModelProto, TensorProto } from './messages.js';
import type { OnnxModel } from './model.js';
import { tensorByteLength, tensorBytes } from './tensor.js';
import { everyTensor, mapTensors } from './walk-tensors.js';

/** Options of {@link writeModel}. */
export interface WriteOptions extends TaskOptions {
  /**
   * Where weights go: `inline` into the model file, `external` into `<name>_data` beside it, `auto` (the default) inline
   * as long as the file stays under the 2 GB that protocol buffers allow.
   */
  readonly weights?: 'auto' | 'inline' | 'external';
}

/** What was written. */
export interface WrittenModel {
  /** Path of the file. */
  readonly path: string;
  /** All files of the model, the ONNX file first. */
  readonly files: readonly string[];
  /** Its size, external data included. */
  readonly bytes: number;
}

/**
 * Writes a model. External tensors of the source are read from beside `model.path` and written anew, so that the
 * result stands on its own. The same model gives the same bytes.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL, OUTPUT_IS_SOURCE, OUTPUT_TOO_LARGE, CANCELLED; EXTERNAL_DATA, ONNX_CORRUPT and
 *   ONNX_LIMIT if the data of the source are not what it says
 * @example
 * ```ts
 * await writeModel(optimize(await readModel('model.onnx')), 'optimized.onnx');
 * ```
 */
export async function writeModel(model: OnnxModel, target: string, options: WriteOptions = {}): Promise<WrittenModel> {
  const { weights = 'auto' } = options;
  const dataPath = `${target}_data`;
  await refuseSources(model, [target, dataPath]);
  const external = weights === 'external' || (weights === 'auto' && inlineSize(model) > limits.fileBytes);
  const { proto, moved } = external ? moveOut(model, basename(dataPath)) : { proto: model.proto, moved: [] };
  return moved.length > 0
    ? writePair(model, proto, moved, target, dataPath, options)
    : writeSingle(model, target, options);
}

async function writeSingle(model: OnnxModel, target: string, options: WriteOptions): Promise<WrittenModel> {
  const whole = withDataInside(model, model.proto);
  const bytes = checkedSize(whole, target);
  await writeOutput(target, async (file) => {
    await new FileWriter(target, bytes, options).all(file, encodeModel(whole));
  });
  return { path: target, files: [target], bytes };
}

async function writePair(
  model: OnnxModel,
  light: ModelProto,
  moved: readonly MovedTensor[],
  target: string,
  dataPath: string,
  options: WriteOptions,
): Promise<WrittenModel> {
  const proto = withDataInside(model, light, new Set(moved.map(({ after }) => after)));
  const protoBytes = checkedSize(proto, target);
  const written = moved.reduce((sum, { length }) => sum + length, protoBytes);
  await writeOutputs([dataPath, target], async ([dataFile, protoFile]) => {
    const writer = new FileWriter(target, written, options);
    for (const { before, offset } of moved) {
      await writer.at(dataFile, tensorBytes(model, before), offset);
    }
    await writer.all(protoFile, encodeModel(proto));
  });
  // Between the tensors lie gaps up to the next page.
  const last = moved[moved.length - 1];
  return { path: target, files: [target, dataPath], bytes: protoBytes + last.offset + last.length };
}

/** Returns the message with external data read in, except for the tensors in `outside`, which are already in place. */
function withDataInside(
  model: OnnxModel,
  proto: ModelProto,
  outside: ReadonlySet<TensorProto> = new Set(),
): ModelProto {
  return mapTensors(proto, (tensor) =>
    isExternal(tensor) && !outside.has(tensor) ? insideTensor(tensor, tensorBytes(model, tensor)) : tensor,
  );
}

/** Returns the size of the model file with all weights inside. */
function inlineSize(model: OnnxModel): number {
  const outside = everyTensor(model.proto).filter(isExternal);
  return outside.reduce((sum, tensor) => sum + tensorByteLength(model, tensor), encodedSize(model.proto));
}

function checkedSize(proto: ModelProto, path: string): number {
  const bytes = encodedSize(proto);
  if (bytes > limits.fileBytes) {
    throw new OctavecError('OUTPUT_TOO_LARGE', { path, bytes });
  }
  return bytes;
}

/** Refuses to overwrite sources: neither the model's own file nor its data may be among what is written. */
async function refuseSources(model: OnnxModel, targets: readonly string[]): Promise<void> {
  const dataFiles = everyTensor(model.proto)
    .filter(isExternal)
    .map((tensor) => externalLocation(model.path, tensor).file);
  const sources = await Promise.all([...new Set([model.path, ...dataFiles])].map(realPath));
  for (const path of targets) {
    const real = await realPath(path);
    if (real !== undefined && sources.includes(real)) {
      throw new OctavecError('OUTPUT_IS_SOURCE', { path });
    }
  }
}

function realPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
