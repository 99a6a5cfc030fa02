/** How far a long task is. `total` may grow while it runs. */
export interface ProgressEvent {
  /** What is being done, as a phrase that can stand before a bar: "Embedding with the original". */
  readonly stage: string;
  /** How much is done, counted in `unit`. */
  readonly done: number;
  /** How much there is to do, counted in `unit`. */
  readonly total: number;
  /** What is counted: "texts", "tensors". */
  readonly unit: string;
  /**
   * Share of the work that is done, from 0 to 1, where some of what is counted takes longer than the rest: texts of
   * many tokens. `done / total` where it is left out.
   */
  readonly share?: number;
  /** Which step of how many, for jobs of several stages. */
  readonly step?: { readonly number: number; readonly of: number };
}

/** A function that is told how far a task is. */
export type OnProgress = (event: ProgressEvent) => void;

/** Passes progress on under the name of another stage. */
export function renamed(onProgress: OnProgress | undefined, stage: string): OnProgress | undefined {
  return onProgress && ((event) => onProgress({ ...event, stage }));
}

/** What every long-running function of the library accepts. */
export interface TaskOptions {
  /** Cancels the work, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
  /** Told how far the work is. */
  readonly onProgress?: OnProgress;
}
