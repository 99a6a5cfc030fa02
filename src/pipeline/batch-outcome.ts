import { OctavecError } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import type { MethodName } from '../methods/index.js';
import type { UnreadableFolder } from './find-models.js';

/** What became of one variant of one model. */
export interface BatchItem {
  /** The model's way from the folder. */
  readonly model: string;
  readonly method: MethodName;
  readonly status: 'made' | 'up to date' | 'refused' | 'skipped' | 'failed';
  /** Where the variant stands, or would. */
  readonly path?: string;
  /** Of what was made, refused or is up to date; judged by the gate of this call. */
  readonly evidence?: Evidence;
  /** Why it was refused, skipped or failed. */
  readonly reason?: string;
  readonly seconds: number;
}

export interface BatchOutcome {
  readonly folder: string;
  readonly items: readonly BatchItem[];
  /** Files that were left alone because they are variants by their names. */
  readonly variants: readonly string[];
  /** Folders that could not be looked into. */
  readonly unreadable: readonly UnreadableFolder[];
  readonly seconds: number;
}

/**
 * Returns the error for a folder in which something failed or could not be read or, if nothing did, was refused;
 * undefined if all went well.
 */
export function batchError({ folder, items, unreadable }: BatchOutcome): OctavecError | undefined {
  const failed = items.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    const [{ model, method, reason = '' }] = failed;
    const first = `${model} (${method}): ${reason}`;
    return new OctavecError('BATCH_FAILED', { folder, failed: failed.length, total: items.length, first });
  }
  if (unreadable.length > 0) {
    return new OctavecError('FILE_NOT_READABLE', unreadable[0]);
  }
  const refused = items.filter(({ status }) => status === 'refused');
  if (refused.length === 0) {
    return undefined;
  }
  const [{ path = folder, reason = '' }] = refused;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  return new OctavecError('GATE_REFUSED', { path: `${path}${more}`, failures: reason });
}
