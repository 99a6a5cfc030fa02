import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { asOutputError, filesBelow, makeFolders, removeFolders } from '../files/index.js';
import { realPathOf, type SourceLocation } from './output-paths.js';

/** Copies of files that wait for their place. */
export interface StagedConfiguration {
  /** Gives the files their place. */
  publish(): Promise<void>;
  /** Removes what was not published, and folders that were made for it alone. */
  discard(): Promise<void>;
}

/** Weights, in whatever format: what a model's configuration is without. */
const weightFiles = /\.(onnx|onnx_data|bin|safetensors|pt|pth|h5|msgpack|ot|gguf|tflite|npz)$/;
/** Modules of sentence-transformers: "1_Pooling", "2_Dense". Their small weights belong to the configuration. */
const moduleFolder = /^\d+_\w+$/;
/** Describes a model that comes as an npm package, not its copy. */
const packageManifest = 'package.json';

/**
 * Copies what makes a folder a model besides its ONNX files (tokenizer, configuration, pooling, licence) into a
 * temporary folder within the output. There is nothing to copy if the output is the source's own folder or one file.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function stageConfiguration(
  source: SourceLocation,
  output: string | undefined,
): Promise<StagedConfiguration | undefined> {
  const { folder } = source.files;
  if (folder === undefined || output === undefined || extname(output) === '.onnx' || extname(source.path) === '.onnx') {
    return undefined;
  }
  if ((await realPathOf(output)) === (await realPathOf(folder))) {
    return undefined;
  }
  let madeFolder: string | undefined;
  let staging: string | undefined;
  const discard = async (): Promise<void> => {
    if (staging !== undefined) {
      await rm(staging, { recursive: true, force: true });
    }
    await removeFolders(output, madeFolder);
  };
  try {
    madeFolder = await makeFolders(output);
    staging = await mkdtemp(join(output, '.octavec-'));
    for (const name of await configurationIn(folder)) {
      await copy(join(folder, name), join(staging, name));
    }
  } catch (error) {
    await discard();
    throw asOutputError(error, output);
  }
  const staged = staging;
  return { publish: () => moveFiles(staged, output), discard };
}

/**
 * Lists the files and folders of a model folder that belong to each of its variants. Links count as what they lead to; those
 * that lead nowhere, as in a partly fetched model, are left out.
 */
async function configurationIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const belongs = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(folder, name)).catch(() => undefined);
      return facts?.isDirectory()
        ? moduleFolder.test(name)
        : facts?.isFile() && !weightFiles.test(name) && name !== packageManifest && !name.startsWith('.');
    }),
  );
  return names.filter((_, i) => belongs[i]);
}

/** Copies contents alone: links and permissions belong to the place where the source lies, such as a cache. */
async function copy(from: string, to: string): Promise<void> {
  if (!(await stat(from)).isDirectory()) {
    await writeFile(to, await readFile(from));
    return;
  }
  await mkdir(to);
  for (const name of await readdir(from)) {
    await copy(join(from, name), join(to, name));
  }
}

async function moveFiles(from: string, to: string): Promise<void> {
  for (const path of await filesBelow(from)) {
    const target = join(to, path);
    await makeFolders(dirname(target));
    await rename(join(from, path), target);
  }
}
