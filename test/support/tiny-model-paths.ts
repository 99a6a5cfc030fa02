import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../fixtures/tiny', import.meta.url));

/** The ONNX files of the tiny models, relative to the working directory. */
export function tinyModelPaths(): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.onnx'))
    .sort()
    .map((path) => relative(process.cwd(), join(root, path)));
}
