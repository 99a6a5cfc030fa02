import { stat } from 'node:fs/promises';

/** Tells whether there is a file or folder of that path that can be reached. */
export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
