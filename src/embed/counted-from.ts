import { type ErrorCode, OctavecError } from '../base/index.js';

/** Renumbers the texts that an error names: from their places in a window to their places in the whole. */
export function countedFrom(first: number, error: unknown): unknown {
  if (first === 0 || !(error instanceof OctavecError)) {
    return error;
  }
  const { code, details, cause } = error as OctavecError;
  if ('index' in details) {
    return new OctavecError<ErrorCode>(code, { ...details, index: first + details.index }, cause);
  }
  return 'indices' in details
    ? new OctavecError<ErrorCode>(code, { ...details, indices: details.indices.map((index) => first + index) }, cause)
    : error;
}
