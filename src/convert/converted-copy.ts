import { existsSync } from 'node:fs';
import { readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { OctavecError, type TaskOptions } from '../base/index.js';
import { encoderHome, hasWeights, weightsName } from '../checkpoint/index.js';
import { cacheFolder, makeFolders, temporaryCacheFolder, textsHash, writeOutputFile } from '../files/index.js';
import { type DerivedPlace, derivedPlace, listOnnxFiles, staticFolder } from '../model/index.js';
import { missingTokenizer } from '../tokenizer/index.js';
import { companionFiles, copyCompanions } from './companions.js';
import type { Conversion } from './conversion.js';
import { convert } from './convert.js';

/** Another number makes all conversions anew. */
const conversionVersion = 3;

/** A model in the cache that was converted from weights elsewhere. */
export interface ConvertedCopy {
  /** A whole model: the ONNX file, and links to the other files of the original folder. */
  readonly folder: string;
  /** undefined if it was there already. */
  readonly conversion?: Conversion;
}

/**
 * Returns the converted model of a folder that has weights and no ONNX file. It is made in octavec's cache at first,
 * and again when weights or configuration have changed.
 *
 * @returns undefined for paths that are something else
 * @throws what {@link convert} throws
 */
export async function convertedCopy(path: string, options: TaskOptions = {}): Promise<ConvertedCopy | undefined> {
  const source = resolve(path);
  // Static models are run as they are.
  if (!(await hasOnlyWeights(source)) || (await staticFolder(source)) !== undefined) {
    return undefined;
  }
  return copyIn(cacheFolder(), source, options).catch(async (error: unknown) => {
    if (error instanceof OctavecError && error.code === 'OUTPUT_NOT_WRITABLE') {
      return copyIn(await temporaryCacheFolder(), source, options);
    }
    throw error;
  });
}

/**
 * Tells whether a path is a folder of weights, static models among them, that has no ONNX file but variants of octavec's.
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function hasOnlyWeights(folder: string): Promise<boolean> {
  const facts = await stat(folder).catch(() => undefined);
  return (
    facts?.isDirectory() === true &&
    (await hasWeights(await encoderHome(folder))) &&
    !(await listOnnxFiles(folder)).some(isOriginal)
  );
}

/** Tells whether a file is an original: variants that octavec made have their evidence beside them. */
function isOriginal(onnxPath: string): boolean {
  return !existsSync(onnxPath.replace(/\.onnx$/, '.evidence.json'));
}

async function copyIn(cache: string, source: string, options: TaskOptions): Promise<ConvertedCopy> {
  const place = await placeOf(cache, source);
  const folder = place.target;
  const onnxPath = join(folder, 'onnx', 'model.onnx');
  const conversion = existsSync(onnxPath) ? undefined : await convert(source, { ...options, output: onnxPath });
  await linkCompanions(source, folder);
  await addTokenizer(source, folder);
  await place.noteUse().catch(() => undefined);
  await place.removeOld();
  return { folder, conversion };
}

async function placeOf(cache: string, source: string): Promise<DerivedPlace> {
  const home = await encoderHome(source);
  const config = await readFile(join(home, 'config.json'), 'utf8').catch(() => '');
  const derivation = { kind: 'converted', version: conversionVersion, extension: '', way: textsHash([config]) };
  return derivedPlace(cache, await weightsName(home), derivation);
}

/** Adds the tokenizer that the original lacks, if one can be made. */
async function addTokenizer(source: string, folder: string): Promise<void> {
  const home = await encoderHome(source);
  const path = join(folder, relative(source, home), 'tokenizer.json');
  const made = existsSync(path) ? undefined : await missingTokenizer(home);
  if (made !== undefined) {
    await makeFolders(dirname(path));
    await writeOutputFile(path, made);
  }
}

/**
 * Links a model's other files, so that changes in the original folder count; they are copied where the system has no
 * links.
 */
async function linkCompanions(source: string, folder: string): Promise<void> {
  for (const file of await companionFiles(source)) {
    const path = join(folder, file);
    if (!existsSync(path)) {
      await makeFolders(dirname(path));
      await symlink(join(source, file), path).catch(() => copyCompanions(source, folder, [file]));
    }
  }
}
