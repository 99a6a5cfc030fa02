import { stat } from 'node:fs/promises';

/** Returns the size of a file in bytes, or undefined where there is none. */
export function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
