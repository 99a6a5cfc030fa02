import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { filesHash } from '../files/index.js';
import { externalDataFiles, readStructure } from '../onnx/index.js';

/** Counts the bytes of an ONNX file and of the external data files named after it, as all exporters name them. */
export async function weightBytes(onnxPath: string): Promise<number> {
  const [folder, name] = [dirname(onnxPath), basename(onnxPath)];
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.startsWith(name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Returns the SHA-256 of an ONNX file, or of it and those with its external data, whatever they are called.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT, EXTERNAL_DATA
 */
export async function modelHash(onnxPath: string): Promise<string> {
  return filesHash([onnxPath, ...externalDataFiles(await readStructure(onnxPath))]);
}
