import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OctavecError } from '../base/index.js';
import type { EngineChoice } from '../engine/index.js';
import {
  listOnnxFiles,
  type ModelFiles,
  type ModelOverrides,
  openModelFolder,
  overridesOf,
  variantOfPath,
  weightBytes,
} from '../model/index.js';

/** A file on an engine: what is measured. */
export interface Subject {
  /** "model_int8", with the folder's name where there are several, and the engine's where several are asked for. */
  readonly name: string;
  readonly model: ModelFiles;
  readonly engine: EngineChoice;
  /** Bytes of the file and its external data. */
  readonly bytes: number;
}

export interface SubjectOptions extends ModelOverrides {
  /** Which files of folders: "int8", "fp32"; all by default. */
  readonly variants?: readonly string[];
  /** Each file runs on each of them; `auto` by default. */
  readonly engines?: readonly EngineChoice[];
}

/**
 * Returns what is to be measured: the files of model folders, or single .onnx files. Largest files first.
 *
 * @throws USAGE, FILE_NOT_FOUND, MODEL_NOT_FOUND, TOKENIZER_MISSING, CONFIG_INVALID
 */
export async function findSubjects(paths: readonly string[], options: SubjectOptions = {}): Promise<Subject[]> {
  const { engines = ['auto'] } = options;
  const files = (await Promise.all(paths.map((path) => filesOf(path, options)))).flat();
  const distinct = [...new Map(files.map((file) => [file.path, file])).values()];
  const models = await Promise.all(
    distinct.map(async ({ path, owner }) => ({
      path,
      owner,
      model: await openModelFolder(path, overridesOf(options)),
      bytes: await weightBytes(path),
    })),
  );
  models.sort((a, b) => b.bytes - a.bytes);
  const owners = [...new Set(models.map(({ owner }) => owner))];
  // Of folders with the same name that around them tells which.
  const ownName = (owner: string): string => {
    const isOnly = owners.every((other) => other === owner || basename(other) !== basename(owner));
    return isOnly ? basename(owner) : join(basename(dirname(owner)), basename(owner));
  };
  return models.flatMap(({ path, owner, model, bytes }) => {
    const file = basename(path, '.onnx');
    const name = owners.length > 1 ? `${ownName(owner)}/${file}` : file;
    return engines.map((engine) => ({
      name: engines.length > 1 ? `${name} ${engine}` : name,
      model,
      engine,
      bytes,
    }));
  });
}

/** A file and the folder of the model that it belongs to. */
interface OwnedFile {
  readonly path: string;
  readonly owner: string;
}

async function filesOf(path: string, { variants }: SubjectOptions): Promise<OwnedFile[]> {
  const full = resolve(path);
  const isFolder = await stat(full).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw new OctavecError('FILE_NOT_FOUND', { path, what: 'Model' }, error);
    },
  );
  if (!isFolder) {
    const folder = dirname(full);
    return [{ path: full, owner: basename(folder) === 'onnx' ? dirname(folder) : folder }];
  }
  const all = await listOnnxFiles(full);
  const wanted = all.filter((file) => variants === undefined || variants.includes(variantOfPath(file) ?? ''));
  if (wanted.length === 0) {
    const present = all.length === 0 ? '' : `; there are: ${all.map((file) => basename(file)).join(', ')}`;
    const looked = variants === undefined ? '.onnx files' : `variants ${variants.join(', ')}`;
    throw new OctavecError('MODEL_NOT_FOUND', { path, looked: `${looked}${present}` });
  }
  return wanted.map((file) => ({ path: file, owner: full }));
}
