import { type ErrorCode, type ErrorDetails, OctavecError, reasonOf } from '../base/index.js';

/** An error as it passes between threads: an entry of the error table, or the reason of any other error. */
export type PlainError =
  | { readonly code: ErrorCode; readonly details: ErrorDetails<ErrorCode> }
  | { readonly why: string };

/** Turns what was caught in a worker into what can be sent. */
export function plainError(error: unknown): PlainError {
  if (error instanceof OctavecError) {
    const { code, details } = error as OctavecError;
    return { code, details };
  }
  return { why: reasonOf(error) };
}

/**
 * Makes the error again that a worker has sent.
 *
 * @param path what the worker works on: what is not in the error table becomes ENGINE_RUN for it
 */
export function revivedError(error: PlainError, path: string): OctavecError {
  return 'code' in error
    ? new OctavecError<ErrorCode>(error.code, error.details)
    : new OctavecError('ENGINE_RUN', { path, why: error.why });
}
