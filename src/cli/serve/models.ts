import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { OctavecError } from '../../base/index.js';
import { resolvePrompt } from '../../embed/index.js';
import { evidencePath, failuresAsText, readEvidence } from '../../evaluate/index.js';
import { cacheFolder } from '../../files/index.js';
import { type ModelFiles, openModelFolder, variantPath } from '../../model/index.js';
import { folderWith, type ResolvedModel } from '../../registry/index.js';
import type { ServedModelOptions } from '../../server/index.js';
import { namedModel } from '../named-model.js';
import type { ServeSettings } from './settings.js';

export interface FoundModels {
  readonly models: readonly ServedModelOptions[];
  /** ONNX files that are served: when one changes, the model has been replaced. */
  readonly onnxPaths: readonly string[];
}

/** Names the served models: those of folders by their folders' names, others as they were asked for. */
export async function servedModels(given: readonly string[], settings: ServeSettings): Promise<FoundModels> {
  const found: ResolvedModel[] = [];
  for (const name of given) {
    found.push(await namedModel(name, settings));
  }
  const ids = found.map(({ name, source }) => (source === 'path' ? nameOf(name) : name));
  refuseTwins(ids, 'They have the names of their folders: rename one.');
  const called = namesOf(ids, settings);
  refuseTwins(called.flat(), 'Give each name and alias to one model.');
  const models: ServedModelOptions[] = [];
  const onnxPaths: string[] = [];
  for (const [i, model] of found.entries()) {
    const { folder, variant } = await prepared(model, settings);
    const open = async () => withDefaultPrompt(await openProven(folder, variant, settings), settings);
    // What is wrong with a model is said before the server listens.
    let opened: ModelFiles | undefined = await open();
    onnxPaths.push(opened.onnxPath);
    const openOnce = async () => {
      const files = opened ?? (await open());
      opened = undefined;
      return files;
    };
    const [name, ...aliases] = called[i];
    models.push({ name, aliases, id: ids[i], open: openOnce, revision: model.revision });
  }
  return { models, onnxPaths };
}

/** Refuses models of the same name: requests could ask for the first of them alone. */
function refuseTwins(names: readonly string[], hint: string): void {
  const twin = names.find((name, i) => names.indexOf(name) < i);
  if (twin !== undefined) {
    throw new OctavecError('USAGE', { problem: `Two models are called "${twin}"`, hint });
  }
}

/** Returns the names of each model, of which the first is its own. */
function namesOf(ids: readonly string[], settings: ServeSettings): (readonly [string, ...string[]])[] {
  const aliases = aliasesOf(settings, ids);
  return ids.map((id, i) => {
    const name = (i === 0 ? settings.servedModelName : undefined) ?? id;
    const others = [id, ...aliases.flatMap(([alias, model]) => (model === id ? [alias] : []))];
    return [name, ...new Set(others.filter((other) => other !== name))];
  });
}

/** Pairs each other name with the model that it is for; what a flag says goes before the configuration. */
function aliasesOf({ alias = [], aliases = {} }: ServeSettings, names: readonly string[]): [string, string][] {
  const flags = alias.map((text): [string, string] => {
    const [, name, model] = /^(.*?)=(.*)$/s.exec(text) ?? ['', text, ''];
    return [name, model];
  });
  const pairs = [...new Map([...Object.entries(aliases), ...flags])];
  const stranger = pairs.find(([name, model]) => name === '' || !names.includes(model));
  if (stranger !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `The alias "${stranger.join('=')}" is no name for a model that is served`,
      hint: `Served are: ${names.join(', ')}.`,
    });
  }
  return pairs;
}

/**
 * Returns the folder and variant to serve; with `--to` the variant is made and proven first, where that has not been
 * done.
 */
async function prepared(
  model: ResolvedModel,
  { to, variant, force }: ServeSettings,
): Promise<{ readonly folder: string; readonly variant?: string }> {
  if (to === undefined) {
    return { folder: folderWith(model, variant), variant };
  }
  const { methodNamed } = await import('../../methods/index.js');
  const made = methodNamed(to)?.variant ?? to;
  const folder = model.variants ?? localVariants(model.original);
  if (!existsSync(variantPath(folder, made))) {
    // Brings half of the library along, which serving does not need.
    const { makeVariant } = await import('./make-variant.js');
    await makeVariant(model.original, folder, { to, force });
  }
  return { folder, variant: made };
}

/** Returns where variants of a local folder are made in the cache; a changed original gets others. */
function localVariants(original: string): string {
  const path = resolve(original);
  const { mtimeMs, size } = statSync(path);
  const key = createHash('sha256').update(`${path}\0${mtimeMs}\0${size}`).digest('hex').slice(0, 16);
  return join(cacheFolder(), 'models', 'local', `${nameOf(path)}-${key}`);
}

function nameOf(path: string): string {
  return basename(resolve(path)).replace(/\.onnx$/i, '');
}

/**
 * Opens a model, and refuses a variant that its gate refused.
 *
 * @throws GATE_REFUSED for a variant whose evidence says that its gate refused it
 */
async function openProven(model: string, variant: string | undefined, { force }: ServeSettings): Promise<ModelFiles> {
  const files = await openServed(model, variant);
  const path = evidencePath(files.onnxPath);
  const evidence = existsSync(path) ? await readEvidence(path) : undefined;
  if (evidence?.verdict?.passed === false && !force) {
    throw new OctavecError('GATE_REFUSED', { path: files.onnxPath, failures: failuresAsText(evidence.verdict) });
  }
  return files;
}

/**
 * Opens a model of any kind: one that its folder says was trained to give scores ranks texts by its only one, or tells
 * classes apart.
 */
async function openServed(model: string, variant: string | undefined): Promise<ModelFiles> {
  const scorer = () => openScorer(model, variant);
  const files = await openModelFolder(model, { variant }).catch((error) =>
    (error as OctavecError).code === 'MODEL_UNSUPPORTED' ? scorer() : Promise.reject(error),
  );
  const { architectures = [], hasPooling } = files.facts ?? {};
  const scores = architectures.some((name) => name.endsWith('ForSequenceClassification')) && !hasPooling;
  return scores && files.task === undefined ? scorer() : files;
}

async function openScorer(model: string, variant: string | undefined): Promise<ModelFiles> {
  const files = await openModelFolder(model, { variant, task: 'classify' });
  const classes = files.facts?.labels?.length ?? (await declaredClasses(files));
  return classes === 1 ? { ...files, task: 'rerank' } : files;
}

/** Returns how many numbers a file that is not told the names of its classes declares, where it does. */
async function declaredClasses(files: ModelFiles): Promise<number | undefined> {
  const { declaredUse } = await import('../../engine/index.js');
  const { readStructure } = await import('../../onnx/index.js');
  const asReranker = declaredUse(await readStructure(files.onnxPath), { ...files, task: 'rerank' });
  return asReranker.output === undefined ? undefined : 1;
}

/**
 * Returns the model with the prompt that is used where a request names none.
 *
 * @throws PROMPT_UNKNOWN, USAGE if text and name are both given
 */
function withDefaultPrompt(files: ModelFiles, settings: ServeSettings): ModelFiles {
  const { defaultPromptName: promptName, defaultPrompt: prompt } = settings;
  if (promptName === undefined && prompt === undefined) {
    return files;
  }
  const text = resolvePrompt(files, { prompt, promptName });
  const defaultPrompt = promptName ?? 'default prompt of the server';
  return { ...files, prompts: { ...files.prompts, [defaultPrompt]: text }, defaultPrompt };
}
