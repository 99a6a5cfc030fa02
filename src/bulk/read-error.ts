import { OctavecError, reasonOf } from '../base/index.js';

/** What went wrong while texts were read, as an error of the table. */
export function readError(path: string, error: unknown): OctavecError {
  if (error instanceof OctavecError) {
    return error;
  }
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? new OctavecError('FILE_NOT_FOUND', { path, what: 'The texts' }, error)
    : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
}
