import { readFile } from 'node:fs/promises';

/** Reads a JSON file that may be missing or damaged: undefined then. For what can be found out in another way. */
export async function maybeJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
