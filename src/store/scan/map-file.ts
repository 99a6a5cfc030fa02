import { open } from 'node:fs/promises';
import { readRange } from '../../files/index.js';
import { loadBinding } from '../../native/index.js';

/**
 * Returns a file's bytes: mapped by the native engine if it is built, so that only what is looked at takes memory, else
 * read. They must not be written to.
 */
export async function mapFile(path: string): Promise<ArrayBuffer> {
  const found = loadBinding();
  if ('binding' in found) {
    return found.binding.mapFile(path);
  }
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return (await readRange(file, path, 0, size)).buffer as ArrayBuffer;
  } finally {
    await file.close();
  }
}
