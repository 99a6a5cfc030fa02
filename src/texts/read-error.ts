import { codeOf, type ErrorCode, isSystemError, OctavecError, reasonOf } from '../base/index.js';

/** What errors of a reader are called: texts that are embedded, or data that models are evaluated with. */
export type ReadErrorCode = Extract<ErrorCode, 'TEXTS_INVALID' | 'DATA_INVALID'>;

/** Returns what went wrong while a file was read, as an error of the table. */
export function readError(path: string, error: unknown, code: ReadErrorCode = 'TEXTS_INVALID'): OctavecError {
  if (error instanceof OctavecError) {
    return error;
  }
  const reason = codeOf(error) ?? '';
  if (reason === 'ENOENT') {
    const what = code === 'DATA_INVALID' ? 'File of evaluation data' : 'File of texts';
    return new OctavecError('FILE_NOT_FOUND', { path, what }, error);
  }
  if (reason.startsWith('Z_')) {
    return new OctavecError(code, { path, why: `it cannot be decompressed: ${reasonOf(error)}` }, error);
  }
  return error instanceof RangeError || (reason.startsWith('CSV_') && !isSystemError(error))
    ? new OctavecError(code, { path, why: reasonOf(error) }, error)
    : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
}
