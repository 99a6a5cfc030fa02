/**
 * - `ok`: as it should be
 * - `warning`: it works, but slower or with more risk than it could
 * - `problem`: something does not work, or so badly that nobody would want it
 */
export type FindingStatus = 'ok' | 'warning' | 'problem';

/** One thing that was looked at. */
export interface Finding {
  /** "processor", "cpus", "throttling": stays the same, for programs. */
  readonly id: string;
  readonly status: FindingStatus;
  /** What was found, with its figures: a sentence or two. */
  readonly found: string;
  /** What to do. */
  readonly advice?: string;
  /** octavec cannot work on this machine as long as this is so. */
  readonly essential?: boolean;
  /** The figures behind it. */
  readonly figures?: Readonly<Record<string, unknown>>;
}
