import { constants, type Dirent } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { encoderHome } from '../checkpoint/index.js';
import { asOutputError } from '../files/index.js';

/** What a model folder has besides its weights that running the model takes. */
const companions = /\.(json|txt|model)$|^(README\.md|LICENSE[\w.-]*)$/;
/** Folders of sentence-transformers' modules: "1_Pooling", "2_Dense". */
const moduleFolder = /^\d+_\w+$/;
const moduleFile = /^(config\.json|model\.safetensors|pytorch_model\.bin)$/;
const notCopied = new Set(['model.safetensors.index.json', 'pytorch_model.bin.index.json', 'expected.json']);

/** Lists a model's other files, relative to its folder: tokenizer, configuration, modules. */
export async function companionFiles(folder: string): Promise<readonly string[]> {
  const encoder = relative(folder, await encoderHome(folder));
  const entries = await readdir(folder, { withFileTypes: true });
  const isFile = (entry: Dirent) => entry.isFile() || entry.isSymbolicLink();
  const own = entries.filter((entry) => isFile(entry) && companions.test(entry.name) && !notCopied.has(entry.name));
  const modules = entries.filter((entry) => entry.isDirectory() && moduleFolder.test(entry.name));
  const inner = await Promise.all(
    modules.map(async ({ name }) => {
      const files = await readdir(join(folder, name));
      const wanted = name === encoder ? companions : moduleFile;
      return files.filter((file) => wanted.test(file) && !notCopied.has(file)).map((file) => join(name, file));
    }),
  );
  return [...own.map(({ name }) => name), ...inner.flat()];
}

/**
 * Copies the files that a model needs beside its weights.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function copyCompanions(source: string, target: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(target, file);
    try {
      await mkdir(dirname(path), { recursive: true });
      await copyFile(join(source, file), path, constants.COPYFILE_FICLONE);
    } catch (error) {
      throw asOutputError(error, path);
    }
  }
}
