import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Bytes of an ONNX file and of the external data files that are named after it, as all exporters do. */
export async function weightBytes(onnxPath: string): Promise<number> {
  const [folder, name] = [dirname(onnxPath), basename(onnxPath)];
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.startsWith(name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
