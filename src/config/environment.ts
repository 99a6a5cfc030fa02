import type { Configuration } from './schema.js';

const list = (text: string): string[] => text.split(',').map((word) => word.trim());

/** Parses a number. Other text stays as it is, so that the schema refuses it by the variable's name. */
const number = (text: string): number | string =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);

/** Environment variables, the keys that they stand for, and how their text is read. */
const variables: Readonly<Record<string, readonly [keyof Configuration, (text: string) => unknown]>> = {
  OCTAVEC_THREADS: ['threads', number],
  OCTAVEC_ENGINE: ['engine', String],
  OCTAVEC_CACHE: ['cache', String],
  OCTAVEC_TEXTS: ['texts', String],
  OCTAVEC_CALIBRATION: ['calibration', String],
  OCTAVEC_TASKS: ['tasks', list],
  OCTAVEC_TO: ['to', list],
  OCTAVEC_GATE: ['gate', String],
  /** "cosineP1=0.98,speedUp=1.5" */
  OCTAVEC_LIMITS: ['limits', (text) => Object.fromEntries(list(text).map(assignment))],
};

/** The variables that {@link environmentConfiguration} reads, and the keys that they stand for. */
export const environmentVariables: Readonly<Record<string, keyof Configuration>> = Object.fromEntries(
  Object.entries(variables).map(([name, [key]]) => [name, key]),
);

function assignment(text: string): [string, number | string] {
  const [name, ...rest] = text.split('=');
  return [name.trim(), number(rest.join('='))];
}

/**
 * Returns the configuration that the environment gives. Empty variables do not count.
 *
 * @throws SETTINGS_INVALID, which names the variable
 */
export async function environmentConfiguration(environment: NodeJS.ProcessEnv): Promise<Configuration> {
  const found = Object.entries(variables).filter(([name]) => environment[name]);
  if (found.length === 0) {
    return {};
  }
  const { checkConfiguration } = await import('./check.js');
  const parts = found.map(([name, [key, read]]) =>
    checkConfiguration({ [key]: read(environment[name] as string) }, `The environment variable ${name}`),
  );
  return Object.assign({}, ...parts);
}
