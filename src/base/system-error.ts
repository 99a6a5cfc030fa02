import { OctavecError, reasonOf } from './errors.js';

/** Tells whether an error comes from a call of the operating system, as Node.js throws it. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
}

/** Returns the code that Node.js gives an error, "ENOENT"; undefined for an error without one. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Tells whether a call of the file system failed because nothing has that name. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/**
 * Turns the error of opening or reading something into one of the table; leaves those of the table alone.
 *
 * @param what is missing if nothing has that name: "The model"
 */
export function asReadError(error: unknown, path: string, what: string): OctavecError {
  if (error instanceof OctavecError) {
    return error;
  }
  return isMissing(error)
    ? new OctavecError('FILE_NOT_FOUND', { path, what }, error)
    : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
}
