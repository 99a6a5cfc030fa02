import { realpath } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { OctavecError } from '../base/index.js';
import { type ModelFiles, singleFileVariantPath, variantPath } from '../model/index.js';

/** Where a model was given: a folder, or one file. */
export interface SourceLocation {
  readonly path: string;
  readonly files: ModelFiles;
}

/**
 * Where variants are written. Without `output` they stand in the model's folder, or beside the single file; an output
 * that ends in .onnx names the one file, any other is a folder.
 *
 * @throws USAGE, OUTPUT_IS_SOURCE
 */
export async function outputPaths(
  source: SourceLocation,
  variants: readonly string[],
  output: string | undefined,
): Promise<string[]> {
  const single = extname(source.path) === '.onnx';
  const paths = variants.map((variant) => {
    if (output === undefined) {
      return single ? singleFileVariantPath(source.path, variant) : variantPath(source.path, variant);
    }
    if (extname(output) === '.onnx') {
      return output;
    }
    return single ? join(output, basename(singleFileVariantPath(source.path, variant))) : variantPath(output, variant);
  });
  if (output !== undefined && extname(output) === '.onnx' && variants.length > 1) {
    const problem = `${output} is one file, but ${variants.length} variants are to be made`;
    throw new OctavecError('USAGE', { problem, hint: 'Give a folder as output.' });
  }
  for (const path of paths) {
    if ((await realPathOf(path)) === (await realPathOf(source.files.onnxPath))) {
      throw new OctavecError('OUTPUT_IS_SOURCE', { path });
    }
  }
  return paths.map((path) => resolve(path));
}

/** With links followed, as far as the path exists. */
export async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
