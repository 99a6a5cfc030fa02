import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OctavecError, version } from '../base/index.js';
import type { TokenBatch } from '../engine/index.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorData, writeOutputFile } from '../files/index.js';
import { encodeModel, type OnnxModel } from '../onnx/index.js';
import { type CalibrationMemory, emptyMemory } from './calibration-memory.js';
import type { CalibrationTexts } from './observe.js';

/**
 * A calibration table is a safetensors file with the token ids of the texts and what was seen of the model with them:
 *
 *     tokens/ids, tokens/offsets, and tokens/types of pairs              I32
 *     statistics/<activation>/{least,greatest,minima,maxima}            F32
 *     statistics/<activation>/{mean,meanSquare}                         F64
 *     histogram/<activation>/{range,counts}                             F64, range is [low, high]
 *     means/<activation>/{scale,mean}                                   F64, scale is [scale, zero point]
 */
const format = 'octavec calibration table 1';
const tool = `octavec ${version}`;

/** What a table was made with, and is of use for. */
export interface CalibratedModel {
  /** SHA-256 of the original. */
  readonly source: string;
  /** What was run, after the graph passes: names of activations are those of this graph. */
  readonly model: OnnxModel;
}

/** Hashes the nodes of a graph with SHA-256. */
function graphHash({ proto }: OnnxModel): string {
  const hash = createHash('sha256');
  for (const piece of encodeModel({ ...proto, graph: { ...proto.graph, initializer: [] } })) {
    hash.update(piece);
  }
  return hash.digest('hex');
}

/**
 * Writes a calibration table, whole or not at all.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export function writeCalibrationTable(
  path: string,
  calibrated: CalibratedModel,
  texts: CalibrationTexts,
): Promise<void> {
  const tensors = new Map<string, SafetensorData>([
    ['tokens/ids', texts.tokens.ids],
    ['tokens/offsets', texts.tokens.offsets],
  ]);
  if (texts.tokens.types !== undefined) {
    tensors.set('tokens/types', texts.tokens.types);
  }
  const { statistics, histograms, means } = texts.memory ?? emptyMemory();
  for (const [name, seen] of statistics) {
    for (const field of [...floatFields, ...doubleFields]) {
      tensors.set(`statistics/${name}/${field}`, seen[field]);
    }
  }
  for (const [name, { low, high, counts }] of histograms) {
    tensors.set(`histogram/${name}/range`, Float64Array.of(low, high));
    tensors.set(`histogram/${name}/counts`, counts);
  }
  for (const [name, { scale, zeroPoint, mean }] of means) {
    tensors.set(`means/${name}/scale`, Float64Array.of(scale, zeroPoint));
    tensors.set(`means/${name}/mean`, mean);
  }
  const { source, model } = calibrated;
  const metadata = { format, tool, source, graph: graphHash(model), texts: texts.hash };
  return writeOutputFile(path, encodeSafetensors({ tensors, metadata }));
}

const floatFields = ['least', 'greatest', 'minima', 'maxima'] as const;
const doubleFields = ['mean', 'meanSquare'] as const;

/**
 * Reads the texts of a table, with what was seen; undefined if there is no such file.
 *
 * @param calibrated what is to be quantized
 * @param hash of the texts that are wanted; those of the table if left out
 * @throws CALIBRATION_MISMATCH, SAFETENSORS_INVALID, FILE_NOT_READABLE
 */
export async function readCalibrationTable(
  path: string,
  { source, model }: CalibratedModel,
  hash?: string,
): Promise<CalibrationTexts | undefined> {
  const bytes = await readFile(path).catch((error) => {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw new OctavecError('FILE_NOT_READABLE', { path, why: error.message }, error);
  });
  if (bytes === undefined) {
    return undefined;
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const differs = (why: string): OctavecError => new OctavecError('CALIBRATION_MISMATCH', { path, why });
  if (metadata.format !== format || metadata.tool !== tool) {
    throw differs('it is no calibration table of this version of octavec');
  }
  if (metadata.source !== source) {
    throw differs('it was made with another model');
  }
  if (metadata.graph !== graphHash(model)) {
    throw differs('it was made with another form of the graph, such as that of `optimize: false`');
  }
  if (hash !== undefined && metadata.texts !== hash) {
    throw differs('it was made with other texts');
  }
  try {
    return { tokens: tokensOf(tensors), hash: metadata.texts, memory: memoryOf(tensors) };
  } catch (error) {
    throw differs(`it is damaged (${(error as Error).message})`);
  }
}

type Tensors = ReadonlyMap<string, SafetensorData>;

function tokensOf(tensors: Tensors): TokenBatch {
  const ids = tensorOf(tensors, 'tokens/ids', Int32Array);
  const offsets = tensorOf(tensors, 'tokens/offsets', Int32Array);
  check(offsets[0] === 0 && offsets[offsets.length - 1] === ids.length, 'tokens/offsets');
  check(
    offsets.every((offset, i) => i === 0 || offset > offsets[i - 1]),
    'tokens/offsets',
  );
  const types = tensors.has('tokens/types') ? tensorOf(tensors, 'tokens/types', Int32Array, ids.length) : undefined;
  return { ids, offsets, ...(types !== undefined && { types }) };
}

function memoryOf(tensors: Tensors): CalibrationMemory {
  const memory = emptyMemory();
  for (const key of tensors.keys()) {
    const [, kind, name] = /^(statistics|histogram|means)\/(.*)\/(?:mean|counts)$/s.exec(key) ?? [];
    const floats = (field: string, length?: number) =>
      tensorOf(tensors, `${kind}/${name}/${field}`, Float32Array, length);
    const doubles = (field: string, length?: number) =>
      tensorOf(tensors, `${kind}/${name}/${field}`, Float64Array, length);
    if (kind === 'statistics') {
      const mean = doubles('mean');
      const channels = mean.length;
      const minima = floats('minima');
      check(minima.length > 0 && minima.length % channels === 0, `${kind}/${name}/minima`);
      memory.statistics.set(name, {
        channels,
        least: floats('least', channels),
        greatest: floats('greatest', channels),
        minima,
        maxima: floats('maxima', minima.length),
        mean,
        meanSquare: doubles('meanSquare', channels),
      });
    } else if (kind === 'histogram') {
      const [low, high] = doubles('range', 2);
      memory.histograms.set(name, { low, high, counts: doubles('counts') });
    } else if (kind === 'means') {
      const [scale, zeroPoint] = doubles('scale', 2);
      memory.means.set(name, { scale, zeroPoint, mean: doubles('mean') });
    }
  }
  return memory;
}

function tensorOf<Data extends SafetensorData>(
  tensors: Tensors,
  name: string,
  type: new (length: number) => Data,
  length?: number,
): Data {
  const data = tensors.get(name);
  check(data instanceof type && data.length > 0 && (length === undefined || data.length === length), name);
  return data as Data;
}

function check(holds: boolean, name: string): void {
  if (!holds) {
    throw new Error(name);
  }
}
