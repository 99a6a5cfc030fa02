import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { OctavecError } from '../base/index.js';
import { type ModelFiles, singleFileVariantPath, variantPath } from '../model/index.js';

/** Where a model was given: a folder, or one file. */
export interface SourceLocation {
  readonly path: string;
  readonly files: ModelFiles;
}

/**
 * Returns where a variant is written. Without `output` it stands in the model's folder, or beside the single file; an
 * output that ends in .onnx names the one file, any other is a folder.
 *
 * @param source as it was given: a folder, or one file
 * @param name of the file, where it is another than the usual one
 */
export function outputPath(source: string, variant: string, output: string | undefined, name?: string): string {
  const usual = usualPath(source, variant, output);
  return name === undefined ? usual : join(dirname(usual), name);
}

function usualPath(source: string, variant: string, output: string | undefined): string {
  const single = extname(source) === '.onnx';
  if (output === undefined) {
    return resolve(single ? singleFileVariantPath(source, variant) : variantPath(source, variant));
  }
  if (extname(output) === '.onnx') {
    return resolve(output);
  }
  return resolve(
    single ? join(output, basename(singleFileVariantPath(source, variant))) : variantPath(output, variant),
  );
}

/**
 * Returns where variants are written (see {@link outputPath}).
 *
 * @throws USAGE, OUTPUT_IS_SOURCE
 */
export async function outputPaths(
  source: SourceLocation,
  variants: readonly string[],
  output: string | undefined,
  nameOf?: (variant: string) => string,
): Promise<string[]> {
  if (output !== undefined && extname(output) === '.onnx' && variants.length > 1) {
    const problem = `${output} is one file, but ${variants.length} variants are to be made`;
    throw new OctavecError('USAGE', { problem, hint: 'Give a folder as output.' });
  }
  const paths = variants.map((variant) => outputPath(source.path, variant, output, nameOf?.(variant)));
  for (const path of paths) {
    await checkNotSource(path, source.files);
  }
  return paths;
}

/**
 * Checks that no output would overwrite its source.
 *
 * @throws OUTPUT_IS_SOURCE
 */
export async function checkNotSource(path: string, { onnxPath }: ModelFiles): Promise<void> {
  if ((await realPathOf(path)) === (await realPathOf(onnxPath))) {
    throw new OctavecError('OUTPUT_IS_SOURCE', { path });
  }
}

/** Follows links as far as the path exists. */
export async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
