import { cp, readdir, realpath } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { asOutputError, OctavecError } from '../base/index.js';
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

async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** Weights, in whatever format: what a model's configuration is without. */
const weightFiles = /\.(onnx|onnx_data|bin|safetensors|pt|pth|h5|msgpack|ot|gguf|tflite|npz)$/;
/** Modules of sentence-transformers: "1_Pooling", "2_Dense". Their small weights belong to the configuration. */
const moduleFolder = /^\d+_\w+$/;

/**
 * Copies what makes a folder a model besides its ONNX files: tokenizer, configuration, pooling, licence. Nothing is
 * copied if the output is the source's own folder.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function copyConfiguration(source: SourceLocation, output: string | undefined): Promise<void> {
  const { folder } = source.files;
  if (folder === undefined || output === undefined || extname(output) === '.onnx' || extname(source.path) === '.onnx') {
    return;
  }
  if ((await realPathOf(output)) === (await realPathOf(folder))) {
    return;
  }
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const isModule = !entry.isFile() && moduleFolder.test(entry.name);
    const isConfiguration = !entry.isDirectory() && !weightFiles.test(entry.name) && entry.name !== packageManifest;
    if (isModule || (isConfiguration && !entry.name.startsWith('.'))) {
      const target = join(output, entry.name);
      await cp(join(folder, entry.name), target, { recursive: true, dereference: true }).catch((error: unknown) => {
        throw asOutputError(error, target);
      });
    }
  }
}

/** Describes a model that comes as an npm package, not its copy. */
const packageManifest = 'package.json';
