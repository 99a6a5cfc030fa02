import { join, normalize } from 'node:path';
import { OctavecError } from '../base/index.js';
import { readJsonFile } from './json-file.js';
import { fields, listOf, text } from './json-shapes.js';

/** A module of sentence-transformers, in the order of `modules.json`. */
export interface Module {
  /** The last part of its class name, the same in all generations: "Transformer". */
  readonly kind: string;
  /** Its full class name. */
  readonly type: string;
  readonly folder: string;
}

const modulesList = listOf(fields({ type: text, path: text }), { most: 32 });

/**
 * Reads the modules that `modules.json` names; undefined if there is no such file.
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readModules(folder: string): Promise<readonly Module[] | undefined> {
  const path = join(folder, 'modules.json');
  const modules = await readJsonFile(path, modulesList);
  return modules?.map((module) => ({
    kind: module.type.split('.').at(-1) ?? '',
    type: module.type,
    folder: insideFolder(folder, path, module.path),
  }));
}

/**
 * Returns where tokenizer and configuration of the encoder stand: "0_Transformer" in older folders, else the folder
 * itself.
 */
export function transformerFolder(folder: string, modules: readonly Module[] | undefined): string {
  return modules?.find(({ kind }) => kind === 'Transformer')?.folder ?? folder;
}

function insideFolder(folder: string, modulesPath: string, path: string): string {
  const plain = normalize(path);
  if (plain.startsWith('..') || plain.startsWith('/') || path.includes('\0') || /^[A-Za-z]:/.test(path)) {
    throw new OctavecError('CONFIG_INVALID', { path: modulesPath, why: `the path "${path}" leaves the folder` });
  }
  return join(folder, plain);
}
