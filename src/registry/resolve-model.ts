import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type ErrorDetails, OctavecError, type TaskOptions } from '../base/index.js';
import { hubSettings, type ModelFileChoice, pullModel } from '../hub/index.js';
import { nameTemplate, variantPath } from '../model/index.js';
import { nearestKnownName, suggestName } from './known-names.js';
import { listModels } from './list-models.js';
import { embeddedPackage, type HubOptions, isPathLike, modelReference } from './reference.js';
import { asTemplateName, findByTemplate } from './template-name.js';
import { variantsFolder } from './variants-folder.js';

/** A model on disk, and where its variants stand. */
export interface ResolvedModel {
  /** As it was asked for, without the revision. */
  readonly name: string;
  /** How the model was found. */
  readonly source: 'path' | 'hub' | 'embedded';
  /** The folder or file of the original. Never written to where it is the shared cache or a package. */
  readonly original: string;
  /** The folder that variants are written to, where that is another one than the original's. */
  readonly variants?: string;
  /** The commit that the name stands for. */
  readonly revision?: string;
  /** What the user should know: which of two things of one name was taken. */
  readonly notes: readonly string[];
}

/** How a model is found by its name. */
export interface ResolveOptions extends TaskOptions, ModelFileChoice, HubOptions {
  /** Use what is on this machine, and never the network. */
  readonly offline?: boolean;
  /** Other names for models. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Folders that hold model folders, for bare names. */
  readonly folders?: readonly string[];
  /** A template of names, by which files in these folders and in the cache can be named. */
  readonly names?: string;
}

/**
 * Finds a model by a path, a name of the hub (`owner/name[@revision]`, fetched on first use), a pasted address, an alias,
 * `minilm`, the embedded model, or a file by its name after a template.
 *
 * @throws FILE_NOT_FOUND with the nearest known name, USAGE for a name of several files, MODEL_NOT_FOUND for the embedded model where it is not installed, and
 *   what `pullModel` throws
 * @example
 * ```ts
 * const { original } = await resolveModel('BAAI/bge-small-en-v1.5');
 * const embedder = await Embedder.load(original);
 * ```
 */
export async function resolveModel(name: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  const { aliases = {}, folders = [], names, offline, settings: given, ...pull } = options;
  const text = Object.hasOwn(aliases, name) ? aliases[name] : name;
  const reference = await modelReference(text, { settings: given });
  switch (reference.kind) {
    case 'path':
      return { name: text, source: 'path', original: reference.path, notes: reference.notes };
    case 'embedded':
      return embeddedModel();
    case 'hub': {
      const found = given ?? (await hubSettings());
      const settings = { ...found, offline: offline ?? found.offline };
      const { id } = reference;
      const { folder, commit } = await pullModel(reference, { ...pull, settings }).catch((error) => {
        throw withNearest(error, id);
      });
      return {
        name: id,
        source: 'hub',
        original: folder,
        variants: variantsFolder(id, commit),
        revision: commit,
        notes: [],
      };
    }
    default: {
      const isBare = text !== '' && !isPathLike(text);
      const kept = isBare ? folders.map((folder) => join(folder, text)).find((path) => existsSync(path)) : undefined;
      if (kept !== undefined) {
        return { name: text, source: 'path', original: kept, notes: [] };
      }
      const template = names === undefined ? undefined : nameTemplate(names);
      const file = template && asTemplateName(text, template);
      if (file !== undefined) {
        const { path } = findByTemplate(file, await listModels(folders, { settings: given, template }));
        return { name: text, source: 'path', original: path, notes: [] };
      }
      const said = text === name ? '' : `"${name}" is an alias for "${text}". `;
      throw new OctavecError('FILE_NOT_FOUND', { path: text, what: 'Model', hint: `${said}${suggestName(text)}` });
    }
  }
}

/** Adds the name that was probably meant to the hub's answer to an unknown one. */
function withNearest(error: unknown, id: string): unknown {
  const near = nearestKnownName(id);
  if (!(error instanceof OctavecError) || error.code !== 'HUB_NOT_FOUND' || near === undefined) {
    return error;
  }
  const { why, ...rest } = error.details as ErrorDetails<'HUB_NOT_FOUND'>;
  return new OctavecError('HUB_NOT_FOUND', { ...rest, why: `${why} (did you mean ${near}?)` }, error);
}

/** Returns the folder that has a variant: the one where octavec makes variants, if it is there, else the original. */
export function folderWith({ original, variants }: ResolvedModel, variant: string | undefined): string {
  const isMade = variants !== undefined && variant !== undefined && existsSync(variantPath(variants, variant));
  return isMade ? variants : original;
}

/**
 * Returns what names the same model from every folder and under every configuration: an absolute path, the embedded model's package,
 * which no folder called `minilm` hides, or the name of the hub behind an alias or address.
 */
export function lastingName({ source, name, original, variants }: ResolvedModel): string {
  // A converted model stands in the cache, and its variants with the weights.
  const path = source === 'path' ? resolve(variants ?? original) : name;
  return source === 'embedded' ? embeddedPackage : path;
}

/** Tells whether the package of the embedded model is installed. */
export function hasEmbeddedModel(): boolean {
  return embeddedFolder() !== undefined;
}

function embeddedModel(): ResolvedModel {
  const original = embeddedFolder();
  if (original === undefined) {
    throw new OctavecError('EMBEDDED_MODEL_MISSING', { package: embeddedPackage });
  }
  const variants = variantsFolder('octavec/all-minilm-l6-v2', 'embedded');
  return { name: 'minilm', source: 'embedded', original, variants, notes: [] };
}

/** Finds the embedded model beside octavec, or in the current project: npx runs octavec from a folder of its own. */
function embeddedFolder(): string | undefined {
  for (const place of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return dirname(createRequire(place).resolve(`${embeddedPackage}/package.json`));
    } catch {
      // Not there.
    }
  }
  return undefined;
}
