import type { z } from 'zod';
import { nearestName, OctavecError } from '../base/index.js';
import { type Configuration, configurationSchema, knownKeys } from './schema.js';

/**
 * Holds what a file or the environment says against the schema.
 *
 * @param source as a person would name it
 * @throws SETTINGS_INVALID, which names the key and, for an unknown one, the one that was meant or all that are known
 */
export function checkConfiguration(value: unknown, source: string): Configuration {
  const { success, data, error } = configurationSchema.safeParse(value);
  if (success) {
    return data;
  }
  throw new OctavecError('SETTINGS_INVALID', { source, why: describeIssue(error.issues[0]) }, error);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const inFull = (key: string) => [...issue.path, key].join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const known = knownKeys(issue.path);
    const nearest = nearestName(key, known);
    const there = nearest === undefined ? `known are ${known.join(', ')}` : `the nearest is "${inFull(nearest)}"`;
    return `there is no key "${inFull(key)}"; ${there}`;
  }
  return `"${issue.path.join('.')}": ${issue.message}`;
}
