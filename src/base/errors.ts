import { deviceErrors } from './errors/device.js';
import type { ExitStatus } from './errors/error-entry.js';
import { filesErrors } from './errors/files.js';
import { hubErrors } from './errors/hub.js';
import { jobsErrors } from './errors/jobs.js';
import { modelsErrors } from './errors/models.js';
import { onnxErrors } from './errors/onnx.js';
import { qualityErrors } from './errors/quality.js';
import { runErrors } from './errors/run.js';
import { searchErrors } from './errors/search.js';
import { printable } from './printable.js';

/**
 * Every error that octavec raises on purpose, in one table: what is wrong, where, and what to do. Its chapters stand in
 * `errors/`; they are those of `docs/errors.md`, and a test holds the page to the table.
 * Messages name options by their keys, in backticks (`overLong: chunk`); the command line shows them as flags.
 */

export const errorTable = {
  ...filesErrors,
  ...onnxErrors,
  ...modelsErrors,
  ...hubErrors,
  ...deviceErrors,
  ...runErrors,
  ...searchErrors,
  ...jobsErrors,
  ...qualityErrors,
} as const;

/** A code of the error table, such as `FILE_NOT_FOUND`; see docs/errors.md. */
export type ErrorCode = keyof typeof errorTable;

export type ErrorDetails<Code extends ErrorCode> = Parameters<(typeof errorTable)[Code]['message']>[0];

/**
 * An error that octavec raised on purpose; `code` is a key of the error table and part of the API.
 *
 * @example
 * ```ts
 * try {
 *   await Embedder.load('./missing');
 * } catch (error) {
 *   if (error instanceof OctavecError && error.code === 'FILE_NOT_FOUND') console.error(error.message);
 * }
 * ```
 */
export class OctavecError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'OctavecError';
  /** A key of the error table, such as `FILE_NOT_FOUND`. */
  readonly code: Code;
  /** What the message is made of, by code. */
  readonly details: ErrorDetails<Code>;

  constructor(code: Code, details: ErrorDetails<Code>, cause?: unknown) {
    const message = errorTable[code].message as (details: ErrorDetails<Code>) => string;
    super(printable(message(details)), cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** Returns the exit status of a command that ends with this error. */
  get exitStatus(): ExitStatus {
    return errorTable[this.code].exit;
  }

  /** Returns the HTTP status of a response that reports this error. */
  get httpStatus(): number {
    return errorTable[this.code].http;
  }
}

/** Returns one line that says what a caught value is, without its stack and without the full stop at its end. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return printable(reason).trim().replace(/\.$/, '');
}
