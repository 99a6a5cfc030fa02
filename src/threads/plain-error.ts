import { type ErrorCode, type ErrorDetails, OctavecError, reasonOf } from '../base/index.js';

/** An OctavecError as it passes between threads. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly details: ErrorDetails<ErrorCode>;
}

/** Anything caught in a worker → what can be sent. What is not the table's own becomes ENGINE_RUN. */
export function plainError(error: unknown, path: string): PlainError {
  if (error instanceof OctavecError) {
    const { code, details } = error as OctavecError;
    return { code, details };
  }
  return { code: 'ENGINE_RUN', details: { path, why: reasonOf(error) } };
}

export function revivedError({ code, details }: PlainError): OctavecError {
  return new OctavecError<ErrorCode>(code, details);
}
