import { basename, join } from 'node:path';
import { OctavecError, version } from '../base/index.js';
import { loadOnnxRuntimeEngine, type TokenBatch, tokenBatch } from '../engine/index.js';
import { fileHash, openStaging, writeOutputFile } from '../files/index.js';
import { openModelFolder, type StaticFolder } from '../model/index.js';
import { cosine, randomNumbers } from '../numbers/index.js';
import { type OnnxModel, withMetadata, writeModel } from '../onnx/index.js';
import { modelGraph, readTable, tryStaticEngine, unknownIdOf } from '../static/index.js';
import { companionFiles, copyCompanions } from './companions.js';
import type { Conversion } from './conversion.js';
import { type ConversionTarget, conversionPath, moveInto, refuseForeign } from './conversion-target.js';
import type { ConversionProof } from './proof/prove-conversion.js';

/**
 * Writes a static model as an ONNX file that gives vectors of texts, and compares what ONNX Runtime makes of it with the
 * table's own means.
 *
 * @throws CONVERSION_REFUSED, WEIGHTS_INVALID, SAFETENSORS_INVALID, FILE_NOT_FOUND, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function convertStatic(
  source: string,
  { tablePath, maxTokens }: StaticFolder,
  target: ConversionTarget,
): Promise<Conversion> {
  refuseForeign(target.onnxPath);
  const files = await openModelFolder(source);
  const graph = await modelGraph(files);
  const sources = { [basename(tablePath)]: await fileHash(tablePath) };
  const model: OnnxModel = withMetadata(graph, {
    'octavec.converted': JSON.stringify({ version, architecture: 'static', sources }),
  });
  const staging = await openStaging(target.onnxPath);
  try {
    const written = await writeModel(model, join(staging.folder, basename(target.onnxPath)));
    const { rows, columns, mapping } = await readTable(tablePath);
    await using own = await tryStaticEngine(files);
    await using other = await loadOnnxRuntimeEngine({ ...files, onnxPath: written.path });
    const batch = randomTexts(mapping?.length ?? rows, await unknownIdOf(files));
    const reference = await own?.embed(batch);
    const proof = compareVectors(source, reference ?? new Float32Array(), await other.embed(batch), columns, batch);
    if (target.folder !== undefined) {
      await copyCompanions(source, target.folder, await companionFiles(source));
    }
    await moveInto(written.files, target.onnxPath);
    const conversion: Conversion = {
      ...{ onnxPath: target.onnxPath, architecture: 'static', layers: 0, hidden: columns, maxTokens },
      ...{ gives: 'vectors', dtype: 'fp32', bytes: written.bytes, unused: [], proof },
    };
    const kept = { version, sources, ...conversion, onnxPath: undefined };
    await writeOutputFile(conversionPath(target.onnxPath), `${JSON.stringify(kept, null, 2)}\n`);
    return conversion;
  } finally {
    await staging.discard();
  }
}

const texts = 64;
const leastCosine = 0.99999;

/** Makes random texts, from one token on, with a long one at the end. */
function randomTexts(tokens: number, unknown: number | undefined): TokenBatch {
  const random = randomNumbers(1);
  const token = () => {
    const id = Math.floor(random() * tokens);
    // It counts in no text.
    return id === unknown ? 0 : id;
  };
  return tokenBatch(
    Array.from({ length: texts }, (_, i) => Array.from({ length: i === texts - 1 ? 500 : 1 + (i % 24) }, token)),
  );
}

/**
 * Compares the vectors of the table with those of the graph.
 *
 * @throws CONVERSION_REFUSED
 */
function compareVectors(
  path: string,
  reference: Float32Array,
  found: Float32Array,
  columns: number,
  { ids }: TokenBatch,
): ConversionProof {
  let least = 1;
  for (let text = 0; text < texts; text++) {
    const [a, b] = [reference, found].map((all) => all.subarray(text * columns, (text + 1) * columns));
    // The unknown token alone has no vector.
    least = a.every((value) => value === 0) && b.every((value) => value === 0) ? least : Math.min(least, cosine(a, b));
  }
  const differences = reference.map((value, i) => Math.abs(value - found[i]));
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Written so that NaN does not pass.
  if (!(least >= leastCosine)) {
    throw new OctavecError('CONVERSION_REFUSED', { path, why: `cosine ${least.toFixed(7)} to the means of the table` });
  }
  return {
    ...{ reference: 'weights', texts, tokens: ids.length, cosine: least },
    ...{ largestDifference: largest(differences), largestValue: largest(reference) },
  };
}
