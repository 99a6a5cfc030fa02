import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { homeFolder } from '../base/index.js';
import { type HubSettings, hubSettings, isRepositoryId } from '../hub/index.js';
import { knownNames } from './known-names.js';

/** What a word that names a model stands for. */
export type ModelReference =
  | { readonly kind: 'path'; readonly path: string; readonly notes: readonly string[] }
  | { readonly kind: 'hub'; readonly id: string; readonly revision?: string }
  | { readonly kind: 'embedded' }
  /** Neither a path that is there nor a name that the hub can have. */
  | { readonly kind: 'unknown'; readonly text: string };

/** How the hub is spoken to; as the environment says, by default. */
export interface HubOptions {
  /** Which hub and which cache; as the environment says by default. */
  readonly settings?: HubSettings;
}

export const embeddedPackage = '@octavec/all-minilm-l6-v2';
/** Names of the model that this package holds. */
const embeddedNames = new Set(['minilm', 'all-minilm', 'all-minilm-l6-v2', embeddedPackage]);

/** Hosts whose pages of models can be pasted. */
const hubHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co', 'hf-mirror.com']);
/** What stands in the hub's addresses where the owner of a model would. */
const notOwners = new Set(['datasets', 'spaces', 'docs', 'papers', 'collections']);
/** Pages of a model that are those of a revision. */
const revisionPages = new Set(['tree', 'blob', 'raw', 'resolve', 'commit', 'commits']);

/**
 * Finds out what a word stands for: a folder or file that is there, `owner/name[@revision]` or an address of the hub, or
 * the embedded model. A path that is there wins over a name, and a note says so.
 */
export async function modelReference(text: string, { settings }: HubOptions = {}): Promise<ModelReference> {
  const address = hubAddress(text, settings?.endpoint ?? process.env.HF_ENDPOINT);
  if (address !== undefined) {
    return address;
  }
  const path = withHome(text);
  const name = hubName(text);
  if (await isThere(path)) {
    const note = `${resolve(path)} is taken; for the model of the hub write hf:${text}`;
    return { kind: 'path', path, notes: name?.kind === 'hub' && (await mayBeMeant(name.id, settings)) ? [note] : [] };
  }
  if (embeddedNames.has(text.toLowerCase())) {
    return { kind: 'embedded' };
  }
  return name ?? { kind: 'unknown', text };
}

/** Tells whether a word that is also a path may have been meant as a name: "BAAI/…", not "models/…". */
async function mayBeMeant(id: string, settings: HubSettings | undefined): Promise<boolean> {
  const [owner] = id.split('/');
  if (knownNames.some((name) => name.startsWith(`${owner}/`))) {
    return true;
  }
  const { cache } = settings ?? (await hubSettings());
  return isThere(join(cache, `models--${id.replace('/', '--')}`));
}

/** Parses "owner/name[@revision]", with "hf:" before it or not. */
function hubName(text: string): ModelReference | undefined {
  const [, id, revision] = /^(?:hf:(?:\/\/)?)?([^/@\s]+\/[^/@\s]+)(?:@(\S+))?$/.exec(text) ?? [];
  if (
    id === undefined ||
    isPathLike(text) ||
    !isRepositoryId(id) ||
    /\.(onnx|json|bin|pt|pth|gguf|safetensors)$/i.test(id)
  ) {
    return undefined;
  }
  return { kind: 'hub', id, ...(revision !== undefined && { revision }) };
}

/** Parses "https://huggingface.co/owner/name/tree/main/onnx". */
function hubAddress(text: string, endpoint: string | undefined): ModelReference | undefined {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) {
    return undefined;
  }
  const url = new URL(text);
  const isMirror = endpoint !== undefined && URL.canParse(endpoint) && url.origin === new URL(endpoint).origin;
  if (!hubHosts.has(url.hostname) && !isMirror) {
    return undefined;
  }
  const [, owner, name, page = '', revision] = decodedParts(url.pathname) ?? [];
  const id = `${owner}/${name}`;
  if (!owner || !name || notOwners.has(owner) || !isRepositoryId(id)) {
    return undefined;
  }
  return { kind: 'hub', id, ...(revision && revisionPages.has(page) ? { revision } : {}) };
}

/** Splits the path of an address; undefined for one whose percent signs are not those of characters. */
function decodedParts(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Tells whether a text looks like a path. */
export function isPathLike(text: string): boolean {
  return /^(\.{1,2}([/\\]|$)|[/\\~]|[A-Za-z]:[/\\])/.test(text) || text.includes('\\');
}

/** Expands `~/models`, which the shell does not do in quotes. */
function withHome(text: string): string {
  return text === '~' || text.startsWith('~/') ? join(homeFolder(), text.slice(1)) : text;
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
