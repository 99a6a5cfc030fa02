import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { codeOf, OctavecError, reasonOf, throwIfCancelled } from '../base/index.js';
import { hasOnlyWeights } from '../convert/index.js';
import { type NameTemplate, ownFields, variantOfPath } from '../model/index.js';
import { realPathOf } from './output-paths.js';

/** A model that variants can be made of. */
export interface FoundModel {
  /** A folder in Hugging Face layout, or an .onnx file that stands for itself. */
  readonly path: string;
  /** Its way from the folder that was searched; "." for that folder itself. */
  readonly name: string;
  readonly isFolder: boolean;
}

/** A folder that could not be looked into. */
export interface UnreadableFolder {
  readonly path: string;
  readonly why: string;
}

export interface FoundModels {
  readonly models: readonly FoundModel[];
  readonly unreadable: readonly UnreadableFolder[];
  /** Ways of the files that are variants by their names. */
  readonly variants: readonly string[];
}

export interface FindOptions {
  /** A folder that is left out: where variants are written. */
  readonly except?: string;
  /** How variants are named besides the usual. */
  readonly template?: NameTemplate;
  /** Cancels the search. */
  readonly signal?: AbortSignal;
}

/** What makes a folder that of a model: files that `openModelFolder` goes by. */
const configurations = new Set(['config.json', 'tokenizer.json', 'modules.json']);

/** Precisions of a model's file that it can be quantized from, the best first. */
const originals = ['fp32', 'fp16'];

/**
 * Finds the models in a folder and below, in the order of their names. In a folder with a configuration, the file of
 * highest precision is the model, or its weights where it has no ONNX file; files with other names stand for themselves,
 * and so do .onnx files without a configuration around them. Links are followed, each folder is visited once; hidden folders and node_modules are not.
 * Folders below that cannot be read are named in the result.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, CANCELLED
 */
export async function findModels(folder: string, options: FindOptions = {}): Promise<FoundModels> {
  const root = resolve(folder);
  const visited = new Set<string>();
  const except = options.except === undefined ? undefined : await realPathOf(options.except);
  if (except !== undefined && except !== (await realPathOf(root))) {
    visited.add(except);
  }
  const models: FoundModel[] = [];
  const variants: string[] = [];
  const unreadable: UnreadableFolder[] = [];
  const look = (path: string): Promise<Listing | undefined> =>
    list(path, visited).catch((error) => {
      if (path === root) {
        throw asFolderError(error, path);
      }
      unreadable.push({ path, why: reasonOf(error) });
      return undefined;
    });
  const precisionOf = (path: string) =>
    variantOfPath(path) ?? (options.template && ownFields(path, options.template)?.precision);
  const pending = [root];
  const modules = new Set<string>();
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    throwIfCancelled(options.signal, 'looking for models');
    const listing = await look(current);
    if (listing === undefined) {
      continue;
    }
    const { files, folders } = listing;
    const isModelFolder = files.some((path) => configurations.has(basename(path)));
    const onnxFolder = isModelFolder ? folders.find((path) => basename(path) === 'onnx') : undefined;
    const inside = onnxFolder === undefined ? undefined : await look(onnxFolder);
    const onnx = [...(inside?.files ?? []), ...files].filter((path) => path.endsWith('.onnx'));
    const isWhole = isModelFolder && !modules.has(current) && (await standsForModel(current));
    const found = isModelFolder ? modelsOfFolder(current, onnx, precisionOf, isWhole) : loneModels(onnx, precisionOf);
    const hasModules = files.some((path) => basename(path) === 'modules.json');
    for (const path of folders.filter((each) => hasModules && moduleFolder.test(basename(each)))) {
      modules.add(path);
    }
    const nameOf = (path: string): string => relative(root, path) || '.';
    models.push(...found.models.map((path) => ({ path, name: nameOf(path), isFolder: path === current })));
    variants.push(...found.variants.map(nameOf));
    pending.push(...folders.filter((path) => path !== onnxFolder));
  }
  const byName = (a: FoundModel, b: FoundModel): number => (a.name < b.name ? -1 : 1);
  const byPath = (a: UnreadableFolder, b: UnreadableFolder): number => (a.path < b.path ? -1 : 1);
  return { models: models.toSorted(byName), variants: variants.toSorted(), unreadable: unreadable.toSorted(byPath) };
}

/** Parts of a model of sentence-transformers, with a configuration and weights of their own: "2_Dense". */
const moduleFolder = /^\d+_\w+$/;

/** Tells whether a folder of weights is a model. Where that cannot be said, opening it tells what is wrong. */
function standsForModel(folder: string): Promise<boolean> {
  return hasOnlyWeights(folder).catch(() => true);
}

/** The precision that the name of a file speaks of. */
type PrecisionOf = (path: string) => string | undefined;

interface Found {
  readonly models: readonly string[];
  readonly variants: readonly string[];
}

/** @param isWhole whether the folder's weights are the model */
function modelsOfFolder(folder: string, onnx: readonly string[], precisionOf: PrecisionOf, isWhole: boolean): Found {
  const original = originals.find((precision) => onnx.some((path) => precisionOf(path) === precision));
  const own = onnx.filter((path) => precisionOf(path) === undefined);
  return {
    models: original === undefined && !isWhole ? own : [folder, ...own],
    variants: onnx.filter((path) => ![original, undefined].includes(precisionOf(path))),
  };
}

function loneModels(onnx: readonly string[], precisionOf: PrecisionOf): Found {
  const isModel = (path: string): boolean => [undefined, 'fp32'].includes(precisionOf(path));
  return { models: onnx.filter(isModel), variants: onnx.filter((path) => !isModel(path)) };
}

interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Lists the files and visible folders in a folder; undefined if it was visited already. Throws what the file system
 * does.
 */
async function list(folder: string, visited: Set<string>): Promise<Listing | undefined> {
  const real = await realpath(folder);
  if (visited.has(real)) {
    return undefined;
  }
  visited.add(real);
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!(await isDirectory(path, entry))) {
      // A link that leads nowhere stays in the list: trying to open it tells what is wrong.
      files.push(path);
    } else if (!entry.name.startsWith('.') && entry.name !== 'node_modules') {
      folders.push(path);
    }
  }
  return { files, folders };
}

function asFolderError(error: unknown, path: string): OctavecError {
  return codeOf(error) === 'ENOENT'
    ? new OctavecError('FILE_NOT_FOUND', { path, what: 'Folder' }, error)
    : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
}

async function isDirectory(
  path: string,
  entry: { isDirectory(): boolean; isSymbolicLink(): boolean },
): Promise<boolean> {
  if (!entry.isSymbolicLink()) {
    return entry.isDirectory();
  }
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}
