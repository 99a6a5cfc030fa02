import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Configuration } from './schema.js';

/** The configuration with its relative paths counted from a folder, and "~" from the user's. */
export async function resolvePaths(configuration: Configuration, folder: string): Promise<Configuration> {
  const { cache, texts, calibration, tasks, server } = configuration;
  const absolute = (path: string | undefined) => path && resolve(folder, fromHome(path));
  return {
    ...configuration,
    ...(cache && { cache: absolute(cache) }),
    ...(texts && { texts: absolute(texts) }),
    ...(calibration && { calibration: absolute(calibration) }),
    ...(server && { server: { ...server, ...(await serverPaths(server, folder)) } }),
    ...(tasks && { tasks: await Promise.all(tasks.map((task) => resolveTask(task, folder))) }),
  };
}

/** Models are names as well as paths, as tasks are. */
async function serverPaths(
  { models, udsPath, tlsCert, tlsKey, apiKeyFile }: NonNullable<Configuration['server']>,
  folder: string,
): Promise<Configuration['server']> {
  const paths = Object.entries({ udsPath, tlsCert, tlsKey, apiKeyFile }).flatMap(([key, path]) =>
    path === undefined ? [] : [[key, resolve(folder, fromHome(path))]],
  );
  return {
    ...Object.fromEntries(paths),
    ...(models && { models: await Promise.all(models.map((model) => resolveTask(model, folder))) }),
  };
}

/** "~/data" → "/home/me/data" */
function fromHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}

/** Tasks are names as well as paths: what is there, in the file's folder, is a path; so is what begins at home. */
async function resolveTask(task: string, folder: string): Promise<string> {
  const [, kind, path] = /^([a-z-]+:)?(.+)$/.exec(task) ?? [];
  const found = resolve(folder, fromHome(path));
  const isThere = await stat(found).then(
    () => true,
    () => path.startsWith('~/'),
  );
  return isThere ? `${kind ?? ''}${found}` : task;
}
