import { lstat, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesBelow } from '../files/index.js';
import { type CachedModel, cachedModels, hubSettings, removeSnapshot } from '../hub/index.js';
import { describeCached, type ListedModel } from './list-models.js';
import { type HubOptions, modelReference } from './reference.js';
import { variantsFolder } from './variants-folder.js';

/** What removing models would take away. */
export interface Removal {
  readonly models: readonly ListedModel[];
  /** Bytes that are freed; what a revision that stays uses is not among them. */
  readonly bytes: number;
  remove(): Promise<void>;
}

/** What removing models by their names would take away. */
export interface NamedRemoval extends Removal {
  /** Names that no model of the cache has. */
  readonly missing: readonly string[];
}

/**
 * Plans what removing models of the hub would delete: one revision, or all of a name, together with the variants that
 * octavec made of it. Nothing is removed yet.
 *
 * @returns undefined where the cache has none of them
 */
export async function planRemoval(
  names: readonly string[],
  options: HubOptions = {},
): Promise<NamedRemoval | undefined> {
  const choices = await Promise.all(names.map((name) => choiceOf(name, options)));
  const all = await allCached(options);
  const removal = await removalOf(all, (model) => choices.some((isChosen) => isChosen(model)));
  return removal && { ...removal, missing: names.filter((_, i) => !all.some(choices[i])) };
}

/** Returns what says whether a name, with or without a revision, means a model of the cache. */
async function choiceOf(name: string, options: HubOptions): Promise<(model: CachedModel) => boolean> {
  const reference = await modelReference(name.startsWith('hf:') ? name : `hf:${name}`, options);
  if (reference.kind !== 'hub') {
    return () => false;
  }
  const { id, revision } = reference;
  return (model) => model.id === id && (revision === undefined || isCalled(model, revision));
}

/** Plans the removal of what no branch or tag leads to any more: older revisions that a newer pull has replaced. */
export async function planPrune(options: HubOptions = {}): Promise<Removal> {
  return (
    (await removalOf(await allCached(options), ({ revisions }) => revisions.length === 0)) ?? {
      models: [],
      bytes: 0,
      remove: async () => undefined,
    }
  );
}

function isCalled({ commit, revisions }: CachedModel, revision: string): boolean {
  return revisions.includes(revision) || (revision.length >= 7 && commit.startsWith(revision));
}

async function allCached({ settings }: HubOptions): Promise<CachedModel[]> {
  const { cache } = settings ?? (await hubSettings());
  return cachedModels(cache);
}

async function removalOf(
  all: readonly CachedModel[],
  isChosen: (model: CachedModel) => boolean,
): Promise<Removal | undefined> {
  const chosen = all.filter(isChosen);
  if (chosen.length === 0) {
    return undefined;
  }
  const models = (await Promise.all(chosen.map(describeCached))).filter((model) => model !== undefined);
  const kept = new Set(all.filter((model) => !isChosen(model)).flatMap(({ blobs }) => [...blobs.keys()]));
  const freed = new Map(chosen.flatMap(({ blobs }) => [...blobs].filter(([blob]) => !kept.has(blob))));
  const made = chosen.map(({ id, commit }) => variantsFolder(id, commit));
  const madeBytes = await Promise.all(made.map(bytesBelow));
  const bytes = [...freed.values(), ...madeBytes].reduce((sum, some) => sum + some, 0);
  return {
    models,
    bytes,
    remove: async () => {
      let left = all;
      for (const model of chosen) {
        await removeSnapshot(model, left);
        left = left.filter((other) => other !== model);
      }
      for (const folder of made) {
        await rm(folder, { recursive: true, force: true });
        // The folder of the model's name, if nothing else is in it.
        await rmdir(dirname(folder)).catch(() => undefined);
      }
    },
  };
}

async function bytesBelow(folder: string): Promise<number> {
  const files = await filesBelow(folder).catch(() => []);
  const sizes = await Promise.all(files.map((file) => lstat(join(folder, file)).then(({ size }) => size)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
