import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { homeFolder, namedPath } from '../base/index.js';
import type { Configuration } from './schema.js';

/** Returns the configuration with its relative paths resolved from a folder, and "~" from the user's. */
export async function resolvePaths(configuration: Configuration, folder: string): Promise<Configuration> {
  const { cache, texts, calibration, tasks, server, embedding, hub, models } = configuration;
  const absolute = (path: string | undefined) => path && resolve(folder, fromHome(path));
  return {
    ...configuration,
    ...(cache && { cache: absolute(cache) }),
    ...(texts && { texts: absolute(texts) }),
    ...(calibration && { calibration: absolute(calibration) }),
    ...(server && { server: { ...server, ...(await serverPaths(server, folder)) } }),
    ...(embedding && { embedding: await resolveEmbedding(embedding, folder) }),
    ...(hub?.cache && { hub: { ...hub, cache: absolute(hub.cache) } }),
    ...(models && { models: await resolveModels(models, folder) }),
    ...(tasks && { tasks: await Promise.all(tasks.map((task) => resolveTask(task, folder))) }),
  };
}

/** Resolves the paths of the server. Models and tasks may be names as well as paths. */
async function serverPaths(
  { models, index, udsPath, tlsCert, tlsKey, apiKeyFile }: NonNullable<Configuration['server']>,
  folder: string,
): Promise<Configuration['server']> {
  const paths = Object.entries({ udsPath, tlsCert, tlsKey, apiKeyFile }).flatMap(([key, path]) =>
    path === undefined ? [] : [[key, resolve(folder, fromHome(path))]],
  );
  return {
    ...Object.fromEntries(paths),
    ...(models && { models: await Promise.all(models.map((model) => resolveTask(model, folder))) }),
    ...(index && { index: index.map((text) => resolveIndex(text, folder)) }),
  };
}

/** Resolves the path of "docs.index", "guide=docs.index" or "lancedb:docs.lance"; an address of a database or a bucket stays as it is. */
function resolveIndex(text: string, folder: string): string {
  const { name, path } = namedPath(text);
  if (path.includes('://')) {
    return text;
  }
  const [, scheme, place] = /^(lancedb:)?(.*)$/s.exec(path) as RegExpExecArray;
  return `${name === undefined ? '' : `${name}=`}${scheme ?? ''}${resolve(folder, fromHome(place))}`;
}

type Embedding = NonNullable<Configuration['embedding']>;
type Models = NonNullable<Configuration['models']>;

async function resolveEmbedding(embedding: Embedding, folder: string): Promise<Embedding> {
  const { model, quantized_model_path, tokenizer_path, tokenizer_config_path } = embedding;
  const paths = Object.entries({ quantized_model_path, tokenizer_path, tokenizer_config_path })
    .filter(([, path]) => path !== undefined)
    .map(([key, path]) => [key, resolve(folder, fromHome(path as string))]);
  return { ...embedding, ...Object.fromEntries(paths), ...(model && { model: await resolveModelName(model, folder) }) };
}

async function resolveModels({ aliases, folders, ...rest }: Models, folder: string): Promise<Models> {
  const entries = Object.entries(aliases ?? {}).map(async ([name, model]) => [
    name,
    await resolveModelName(model, folder),
  ]);
  return {
    ...rest,
    ...(aliases && { aliases: Object.fromEntries(await Promise.all(entries)) }),
    ...(folders && { folders: folders.map((path) => resolve(folder, fromHome(path))) }),
  };
}

/**
 * Resolves a model, which may be a name or a path: what exists in the file's folder is a path, and so is what cannot be
 * a name.
 */
async function resolveModelName(model: string, folder: string): Promise<string> {
  const path = resolve(folder, fromHome(model));
  const isPath = /^(~|\.{1,2})\//.test(model) || (await stat(path).catch(() => undefined)) !== undefined;
  return isPath ? path : model;
}

/** Replaces "~": "~/data" → "/home/me/data". */
function fromHome(path: string): string {
  return path.replace(/^~(?=\/)/, () => homeFolder());
}

/**
 * Resolves a task, which may be a name or a path: what exists in the file's folder is a path, and so is what begins
 * with "~".
 */
async function resolveTask(task: string, folder: string): Promise<string> {
  const [, kind, path] = /^([a-z-]+:)?(.+)$/s.exec(task) ?? [];
  const found = resolve(folder, fromHome(path));
  const isThere = await stat(found).then(
    () => true,
    () => path.startsWith('~/'),
  );
  return isThere ? `${kind ?? ''}${found}` : task;
}
