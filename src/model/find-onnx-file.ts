import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, OctavecError } from '../base/index.js';
import { hintForFolder } from './other-formats.js';
import { refuseOtherStart } from './read-head.js';
import { readModules, transformerFolder } from './read-modules.js';
import { variantFileName, variantOfPath } from './variants.js';

/** From the highest precision to the lowest. */
const byPrecision = ['fp32', 'fp16', 'q8', 'int8_static', 'int8', 'quantized', 'uint8', 'q4'];

/**
 * Finds the ONNX file of a model folder, in `onnx/` or beside the configuration: the requested variant, by whatever
 * name if it is the only one; else the one of highest precision, else the only one there is.
 *
 * @throws MODEL_NOT_FOUND, MODEL_UNSUPPORTED
 */
export async function findOnnxFile(folder: string, variant?: string): Promise<string> {
  const places = await placesIn(folder);
  const found = await Promise.all(places.map(onnxFilesIn));
  for (const wanted of variant === undefined ? byPrecision : [variant]) {
    const name = variantFileName(wanted);
    const place = found.findIndex((files) => files.includes(name));
    if (place >= 0) {
      return join(places[place], name);
    }
  }
  const all = found.flatMap((files, place) => files.map((name) => join(places[place], name)));
  // Of a variant that is asked for, a file of another name that speaks of it: "AVA-ONX-384-gte-int8.onnx".
  const fitting = variant === undefined ? all : all.filter((path) => variantOfPath(path) === variant);
  if (fitting.length === 1) {
    return fitting[0];
  }
  const wanted = variantFileName(variant ?? 'fp32');
  const present = all.length > 0 ? `; there are: ${all.slice(0, 10).join(', ')}` : '';
  if (all.length === 0) {
    refuseOtherStart(folder, await readModules(folder));
  }
  const others = variant === undefined ? undefined : 'Name one of those, or make it with "octavec quantize".';
  const hint = all.length > 0 ? others : await hintForFolder(folder);
  throw new OctavecError('MODEL_NOT_FOUND', { path: folder, looked: `onnx/${wanted} and ${wanted}${present}`, hint });
}

/** Lists all ONNX files of a model folder, in `onnx/` and beside the configuration, by name. */
export async function listOnnxFiles(folder: string): Promise<string[]> {
  const places = await placesIn(folder);
  const found = await Promise.all(places.map(onnxFilesIn));
  return found.flatMap((names, place) => names.map((name) => join(places[place], name)));
}

/** Lists where models keep their ONNX files; older folders have the encoder in a folder of its own, "0_Transformer". */
async function placesIn(folder: string): Promise<string[]> {
  const encoder = transformerFolder(folder, await readModules(folder));
  return [...new Set([folder, encoder])].flatMap((place) => [join(place, 'onnx'), place]);
}

async function onnxFilesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.onnx')).sort();
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}
