import { dirname, join, resolve } from 'node:path';
import { checkObject, checkOptions, checkText, homeFolder, OctavecError } from '../base/index.js';
import { readTextIfThere } from '../files/index.js';
import { environmentConfiguration } from './environment.js';
import { resolvePaths } from './resolve-paths.js';
import type { Configuration } from './schema.js';

/** A project's configuration, in the folder that octavec is started in. */
const projectFile = 'octavec.toml';

/** Where a configuration is read from. */
export interface ReadConfigurationOptions {
  /** The only file to read, instead of the project's and the user's. */
  readonly file?: string;
  /** Environment variables; those of the process by default. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where `octavec.toml` is looked for; the working folder by default. */
  readonly folder?: string;
}

/**
 * Reads what files and environment say, the stronger over the weaker: environment variables, then `octavec.toml` in the
 * working folder, then `octavec/config.toml` in the user's configuration folder. A file that is named, by `file` or
 * OCTAVEC_CONFIG, takes the place of both files. Of tables (`limits`, `gates`, `methods`, `server`) single entries are taken over.
 *
 * Relative paths in a file count from the folder of the file.
 *
 * @throws SETTINGS_INVALID, FILE_NOT_FOUND for a named file, FILE_NOT_READABLE
 *
 * @example
 * ```ts
 * const { threads, texts } = await readConfiguration({ file: 'octavec.toml' });
 * ```
 */
export async function readConfiguration(options: ReadConfigurationOptions = {}): Promise<Configuration> {
  return mergedConfiguration(await readLayers(options));
}

/** What one source says: a file, or the environment. */
export interface ConfigurationLayer {
  /** Its path; undefined for the environment. */
  readonly file?: string;
  /** What the file holds, to find lines in. */
  readonly text?: string;
  readonly values: Configuration;
}

/** Reads the sources of a configuration separately, the weakest first. Throws as {@link readConfiguration}. */
export async function readLayers(options: ReadConfigurationOptions = {}): Promise<readonly ConfigurationLayer[]> {
  checkOptions(options, { file: checkText, environment: checkObject, folder: checkText });
  const { environment = process.env, folder = '.' } = options;
  const named = options.file ?? (environment.OCTAVEC_CONFIG || undefined);
  const paths = configurationPaths({ ...options, environment, folder });
  const files =
    named === undefined
      ? await Promise.all(paths.map(readConfigurationFile))
      : [(await readConfigurationFile(named)) ?? missing(named)];
  const found = files.filter((layer) => layer !== undefined);
  return [...found, { values: await environmentConfiguration(environment) }];
}

/** Merges layers of configuration; later ones are stronger. */
export function mergedConfiguration(layers: readonly ConfigurationLayer[]): Configuration {
  return layers.map(({ values }) => values).reduce<Configuration>(over, {});
}

/** Lists the files that are read where they exist, the weaker first. */
export function configurationPaths(options: ReadConfigurationOptions = {}): readonly string[] {
  const { environment = process.env, folder = '.' } = options;
  const named = options.file ?? (environment.OCTAVEC_CONFIG || undefined);
  return named === undefined ? [userFile(environment), join(folder, projectFile)] : [named];
}

/** Returns the path of the user's own file: "~/.config/octavec/config.toml". */
function userFile({ XDG_CONFIG_HOME: shared, APPDATA: windows }: NodeJS.ProcessEnv): string {
  return join(shared || windows || join(homeFolder(), '.config'), 'octavec', 'config.toml');
}

/** Reads a configuration file; undefined where there is none. */
async function readConfigurationFile(path: string): Promise<ConfigurationLayer | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) {
    return undefined;
  }
  // The schema knows every method and metric, and so loads the rooms that have them: most runs have no configuration.
  const [{ parseToml }, { checkConfiguration }] = await Promise.all([import('./parse-toml.js'), import('./check.js')]);
  const values = checkConfiguration(parseToml(text, path), path, text);
  return { file: path, text, values: await resolvePaths(values, dirname(resolve(path))) };
}

function missing(path: string): never {
  throw new OctavecError('FILE_NOT_FOUND', { path, what: 'Configuration' });
}

/** Merges two configurations: the stronger one overrides the weaker. */
function over(weak: Configuration, strong: Configuration = {}): Configuration {
  return {
    ...weak,
    ...strong,
    limits: { ...weak.limits, ...strong.limits },
    gates: tablesOver(weak.gates, strong.gates),
    methods: tablesOver(weak.methods, strong.methods),
    ...((weak.server ?? strong.server) && { server: { ...weak.server, ...strong.server } }),
    ...withAllAliases(weak, strong, tablesOver(tablesOf(weak), tablesOf(strong))),
  };
}

/**
 * Merges names for models one by one: those of the user stay beside those of a project. The server's aliases belong to
 * the models that it serves, and are replaced with them.
 */
function withAllAliases(weak: Configuration, strong: Configuration, tables: Record<string, object>) {
  const aliases = { ...weak.models?.aliases, ...strong.models?.aliases };
  return Object.keys(aliases).length === 0 ? tables : { ...tables, models: { ...tables.models, aliases } };
}

/** Picks the tables of single entries that are there. */
function tablesOf({ embedding, hub, models, device }: Configuration): Tables<object> {
  return Object.fromEntries(
    Object.entries({ embedding, hub, models, device }).filter(([, table]) => table !== undefined),
  ) as Tables<object>;
}

type Tables<Table> = Readonly<Record<string, Table>>;

function tablesOver<Table>(weak: Tables<Table> = {}, strong: Tables<Table> = {}): Record<string, Table> {
  const names = Object.keys({ ...weak, ...strong });
  return Object.fromEntries(names.map((name) => [name, { ...weak[name], ...strong[name] }]));
}
