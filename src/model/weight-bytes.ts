import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Counts the bytes of an ONNX file and of the external data files named after it, as all exporters name them. */
export async function weightBytes(onnxPath: string): Promise<number> {
  const [folder, name] = [dirname(onnxPath), basename(onnxPath)];
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.startsWith(name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
