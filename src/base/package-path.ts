import { fileURLToPath } from 'node:url';

/** Returns where a file or folder of octavec's package lies on this machine: "docs/errors.md". */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
