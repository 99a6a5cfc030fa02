import { stat } from 'node:fs/promises';

/** Bytes of a file; undefined where there is none. */
export function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
