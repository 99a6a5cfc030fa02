import { open } from 'node:fs/promises';
import { readRange } from '../../files/index.js';

/** A file's bytes in memory. */
export async function mapFile(path: string): Promise<ArrayBuffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return (await readRange(file, path, 0, size)).buffer as ArrayBuffer;
  } finally {
    await file.close();
  }
}
