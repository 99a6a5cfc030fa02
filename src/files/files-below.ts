import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Lists the files in a folder and its subfolders by their paths from it, with `/` between the parts, in the order of their names. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}
