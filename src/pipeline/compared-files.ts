import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { distinctEnds, OctavecError } from '../base/index.js';
import type { EngineChoice } from '../engine/index.js';
import { listOnnxFiles, type ModelFiles, variantOfPath } from '../model/index.js';
import { type Original, shortName } from '../proof/index.js';

/** One file, or folder, in one engine. */
export interface Run {
  readonly path: string;
  /** Tells it from the others. */
  readonly name: string;
  readonly engine: EngineChoice;
}

/** What a comparison runs. */
export interface ComparedFiles {
  /** All ONNX files beside the original by default. */
  readonly variants?: readonly string[];
  readonly engines?: readonly EngineChoice[];
}

/**
 * Lists what is compared with an original: each variant in each engine.
 *
 * @throws USAGE if there is no variant
 */
export async function runsOf({ files }: Original, { variants, engines = ['auto'] }: ComparedFiles): Promise<Run[]> {
  const paths = variants ?? (await variantsBeside(files));
  const names = distinctNames(files.onnxPath, paths);
  const runs = engines.flatMap((engine) => {
    const isOwn = (engine === 'native' || engine === 'native-bf16') && variants === undefined;
    const own = isOwn ? [files.onnxPath] : [];
    return [...own, ...paths].map((path) => ({ path, engine, name: names.get(resolve(path)) ?? shortName(path) }));
  });
  if (runs.length === 0) {
    const problem = `There is no variant beside ${files.onnxPath}`;
    throw new OctavecError('USAGE', { problem, hint: 'Make some with "octavec quantize", or name their files.' });
  }
  return runs;
}

/** Names files by their paths, as short as still tells them from each other and from the original. */
function distinctNames(original: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const all = [...new Set([original, ...paths].map((path) => resolve(path)))];
  const names = distinctEnds(all, (parts) => (parts.at(-2) === 'onnx' ? 2 : 1));
  // The original is called what it is always called.
  return new Map(all.map((path, i) => [path, i === 0 ? shortName(path) : names[i]]));
}

/** Lists all ONNX files in the original's folder, besides itself. */
async function variantsBeside({ onnxPath, folder: modelFolder, staticReading }: ModelFiles): Promise<string[]> {
  if (staticReading !== undefined && modelFolder !== undefined) {
    // Its own table stands in model.onnx once more, for other programs.
    return (await listOnnxFiles(modelFolder)).filter(
      (path) => resolve(path) !== resolve(onnxPath) && variantOfPath(path) !== 'fp32',
    );
  }
  const folder = dirname(onnxPath);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort();
  return names.map((name) => join(folder, name)).filter((path) => resolve(path) !== resolve(onnxPath));
}
