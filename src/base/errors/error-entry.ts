/** Exit statuses of the command line: 0 done, 1 failed, 2 bad usage, 3 the quality gate said no. */
export type ExitStatus = 1 | 2 | 3;

/** What the table of errors says of one. */
export interface ErrorEntry<Details> {
  readonly exit: ExitStatus;
  readonly http: number;
  readonly message: (details: Details) => string;
}

export function entry<Details>(
  exit: ExitStatus,
  http: number,
  message: (details: Details) => string,
): ErrorEntry<Details> {
  return { exit, http, message };
}
