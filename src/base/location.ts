import { fileURLToPath } from 'node:url';
import { OctavecError } from './errors.js';

/** Where a file or folder is: a path, or a `file:` URL, also as text. */
export type Location = string | URL;

/**
 * Returns the path of a location.
 *
 * @param name what the caller calls it, for errors: "model", "out"
 * @throws USAGE
 */
export function pathOf(name: string, location: Location): string {
  checkLocation(name, location);
  return location instanceof URL || isFileUrl(location) ? fileURLToPath(location) : location;
}

/** Returns the path of a location that may be left out. */
export function maybePathOf(name: string, location: Location | undefined): string | undefined {
  return location === undefined ? undefined : pathOf(name, location);
}

/**
 * Checks a location.
 *
 * @throws USAGE unless the value is a path or a `file:` URL
 */
export function checkLocation(name: string, value: unknown): void {
  const why = whyNoLocation(value);
  if (why !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `The option ${name} ${why}`,
      hint: 'Give a path or a file: URL.',
    });
  }
}

function whyNoLocation(value: unknown): string | undefined {
  if (value instanceof URL || (typeof value === 'string' && isFileUrl(value))) {
    try {
      fileURLToPath(value);
      return undefined;
    } catch {
      return `is ${String(value)}, which is no place on this machine`;
    }
  }
  if (typeof value !== 'string') {
    return `is ${value === null ? 'null' : typeof value}, and must be a path`;
  }
  if (value === '') {
    return 'is empty, and must be a path';
  }
  return value.includes('\0') ? 'holds a zero byte, which no path has' : undefined;
}

function isFileUrl(text: string): boolean {
  return /^file:\/\//i.test(text);
}
