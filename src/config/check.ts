import type { z } from 'zod';
import { nearestName, OctavecError } from '../base/index.js';
import { lineOfKey } from './line-of-key.js';
import { type Configuration, configurationSchema, knownKeys } from './schema.js';

/**
 * Checks what a file or the environment says by the schema.
 *
 * @param source as a person would name it
 * @param text of the file, to find lines in
 * @throws SETTINGS_INVALID, which names the key and, for an unknown one, the one that was meant or all that are known
 */
export function checkConfiguration(value: unknown, source: string, text?: string): Configuration {
  const { success, data, error } = configurationSchema.safeParse(value);
  if (success) {
    return data;
  }
  throw new OctavecError('SETTINGS_INVALID', { source, why: problemsOf(error, text).join('; ') }, error);
}

function problemsOf(error: z.ZodError, text: string | undefined): string[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${placeIn(text, [...issue.path, key])}${describeUnknown(issue.path, key)}`)
      : [`${placeIn(text, issue.path)}"${issue.path.join('.')}": ${issue.message}`],
  );
}

function placeIn(text: string | undefined, path: readonly PropertyKey[]): string {
  const line = text === undefined ? undefined : lineOfKey(text, path);
  return line === undefined ? '' : `line ${line}: `;
}

function describeUnknown(place: readonly PropertyKey[], key: string): string {
  const inFull = (name: string) => [...place, name].join('.');
  const known = knownKeys(place);
  const nearest = nearestName(key, known);
  const there = nearest === undefined ? `known are ${known.join(', ')}` : `the nearest is "${inFull(nearest)}"`;
  return `there is no key "${inFull(key)}"; ${there}`;
}
