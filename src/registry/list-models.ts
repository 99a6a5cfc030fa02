import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type CachedModel, cachedModels, hubSettings } from '../hub/index.js';
import {
  dimensionsOf,
  listOnnxFiles,
  type NameTemplate,
  openModelFolder,
  variantOfPath,
  weightBytes,
} from '../model/index.js';
import type { HubOptions } from './reference.js';
import { templateName } from './template-name.js';
import { variantsFolder } from './variants-folder.js';

/** An ONNX file of a model. */
export interface ListedVariant {
  /** By the template of names, where there is one that can name it. */
  readonly name?: string;
  /** "fp32", "int8"; the file's name where it follows no pattern. */
  readonly precision: string;
  readonly path: string;
  /** Weights outside of the file included. */
  readonly bytes: number;
  readonly isQuantized: boolean;
  /** "int8", "q4", …; null for what is not quantized. */
  readonly quantizationType: string | null;
  /** What its gate said; undefined where nothing was proven. */
  readonly verdict?: 'passed' | 'refused';
  /** SHA-256 of the file, as its evidence has it. */
  readonly sha256?: string;
  /** Last change, ISO 8601. */
  readonly date: string;
}

/** A model on this machine. */
export interface ListedModel {
  /** "owner/name", or the path of a folder. */
  readonly id: string;
  readonly path: string;
  readonly source: 'hub' | 'folder';
  readonly revision?: string;
  /** Branches and tags that lead to this revision. */
  readonly revisions?: readonly string[];
  readonly architecture?: string;
  readonly maxTokens?: number;
  readonly dimensions?: number;
  readonly languages?: readonly string[];
  readonly licence?: string;
  readonly variants: readonly ListedVariant[];
  /** Bytes on disk, variants included. */
  readonly bytes: number;
}

export interface ListOptions extends HubOptions {
  /** How variants are named. */
  readonly template?: NameTemplate;
}

/** Full precision, or half: everything else is quantized. */
const unquantized = new Set(['fp32', 'fp16']);

/**
 * Lists the models on this machine: in the shared cache, with the variants that octavec made of them, and in folders.
 *
 * @param folders folders that hold model folders
 */
export async function listModels(
  folders: readonly string[] = [],
  { settings, template }: ListOptions = {},
): Promise<ListedModel[]> {
  const { cache } = settings ?? (await hubSettings());
  const cached = await cachedModels(cache);
  const ofHub = await Promise.all(cached.map(describeCached));
  const paths = await Promise.all(folders.map(foldersBelow));
  // Folders may lie in each other.
  const different = new Map(paths.flat().map((path) => [resolve(path), path])).values();
  const ofFolders = await Promise.all(
    [...different].map((path) => describeFolder(path, { id: path, source: 'folder' })),
  );
  const found = [...ofHub, ...ofFolders].filter((model) => model !== undefined);
  return template === undefined ? found : found.map((model) => named(model, template));
}

function named(model: ListedModel, template: NameTemplate): ListedModel {
  const variants = model.variants.map((variant) => ({ name: templateName(model, variant, template), ...variant }));
  return { ...model, variants };
}

/** Describes a model of the cache; undefined for a commit that holds no embedding model. */
export async function describeCached(model: CachedModel): Promise<ListedModel | undefined> {
  const { id, commit, revisions, folder, bytes } = model;
  const made = variantsFolder(id, commit);
  const described = await describeFolder(folder, { id, source: 'hub', revision: commit, revisions });
  if (described === undefined) {
    return undefined;
  }
  const variants = existsSync(made) ? await variantsOf(made) : [];
  const own = variants.reduce((sum, variant) => sum + variant.bytes, 0);
  return { ...described, variants: [...described.variants, ...variants], bytes: bytes + own };
}

/** Names of files of weights, in one piece or in shards. */
const weightsPattern = /^(model|pytorch_model)(-\d+-of-\d+)?\.(safetensors|bin)$/;

type Known = Pick<ListedModel, 'id' | 'source' | 'revision' | 'revisions'>;

/** Describes a folder; undefined for one that holds no embedding model. */
async function describeFolder(folder: string, known: Known): Promise<ListedModel | undefined> {
  const variants = await variantsOf(folder);
  const weights = (await readdir(folder).catch(() => [])).filter((name) => weightsPattern.test(name));
  if (variants.length === 0 && weights.length === 0) {
    return undefined;
  }
  const sizes = await Promise.all(weights.map(async (name) => (await stat(join(folder, name))).size));
  const files = variants.length === 0 ? undefined : await openModelFolder(folder).catch(() => undefined);
  return {
    ...known,
    path: folder,
    architecture: files?.architecture,
    maxTokens: files?.maxTokens,
    dimensions: await dimensionsOf(folder),
    ...(await cardOf(folder)),
    variants,
    bytes: [...sizes, ...variants.map(({ bytes }) => bytes)].reduce((sum, bytes) => sum + bytes, 0),
  };
}

async function variantsOf(folder: string): Promise<ListedVariant[]> {
  const paths = await listOnnxFiles(folder).catch(() => []);
  return Promise.all(
    paths.map(async (path) => {
      const precision = variantOfPath(path) ?? basename(path, '.onnx');
      const facts = await stat(path).catch(() => undefined);
      return {
        precision,
        path,
        bytes: facts === undefined ? 0 : await weightBytes(path),
        isQuantized: !unquantized.has(precision),
        quantizationType: unquantized.has(precision) ? null : precision,
        ...(await provenAs(path)),
        date: (facts?.mtime ?? new Date(0)).toISOString(),
      };
    }),
  );
}

/** Reads verdict and hash from the evidence beside a file. Broken evidence proves nothing. */
async function provenAs(path: string): Promise<Pick<ListedVariant, 'verdict' | 'sha256'>> {
  try {
    const evidence = JSON.parse(await readFile(path.replace(/\.onnx$/, '.evidence.json'), 'utf8'));
    const { passed } = evidence.verdict ?? {};
    const sha256 = evidence.file?.sha256;
    return {
      ...(typeof sha256 === 'string' && { sha256 }),
      ...(typeof passed === 'boolean' && { verdict: passed ? 'passed' : 'refused' }),
    };
  } catch {
    return {};
  }
}

/** Reads languages and licence from the model card of a folder. */
export async function cardOf(folder: string): Promise<Pick<ListedModel, 'languages' | 'licence'>> {
  const card = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const [, header = ''] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? [];
  const languages = wordsOf(header, 'language').filter((word) => /^[\w-]{2,}$/.test(word));
  const [licence] = wordsOf(header, 'license');
  return { ...(languages.length > 0 && { languages }), ...(licence !== undefined && { licence }) };
}

/** Reads a word, or a list of words in one of the two ways that YAML has for them; in quotes or without. */
function wordsOf(header: string, key: string): string[] {
  const lines = header.replace(/(^|[ \t])#.*/gm, '');
  const value = new RegExp(`^${key}:[ \\t]*(?:\\r?\\n((?:\\s*-\\s+\\S+[ \\t]*\\r?\\n?)+)|\\[([^\\]]*)\\]|(\\S+))`, 'm');
  const [, list, flow, word] = value.exec(lines) ?? [];
  return (list ?? flow ?? word ?? '').split(/[\s,'"]+/).filter((part) => part !== '' && part !== '-');
}

/** Lists the folder itself, which may be a model, and those in it; `onnx` belongs to the model around it. */
async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && entry.name !== 'onnx');
  return [folder, ...below.map(({ name }) => join(folder, name))];
}
