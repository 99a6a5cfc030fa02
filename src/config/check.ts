import type { z } from 'zod';
import { nearestName, OctavecError } from '../base/index.js';
import { type Configuration, configurationSchema, knownKeys } from './schema.js';

/**
 * Holds what a file or the environment says against the schema.
 *
 * @param source as a person would name it
 * @throws SETTINGS_INVALID, which names the key and, for an unknown one, the nearest that is known
 */
export function checkConfiguration(value: unknown, source: string): Configuration {
  const { success, data, error } = configurationSchema.safeParse(value);
  if (success) {
    return data;
  }
  throw new OctavecError('SETTINGS_INVALID', { source, why: describeIssue(error.issues[0]) }, error);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const nearest = nearestName(key, knownKeys(issue.path)) ?? '';
    return `there is no key "${[...issue.path, key].join('.')}"; the nearest is "${[...issue.path, nearest].join('.')}"`;
  }
  return `"${issue.path.join('.')}": ${issue.message}`;
}
