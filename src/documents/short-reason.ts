import { OctavecError, reasonOf } from '../base/index.js';

/** Says why something failed, without what stands beside it: the file, and what to do. */
export function shortReason(error: unknown): string {
  const { why } = error instanceof OctavecError ? (error.details as { readonly why?: unknown }) : {};
  return typeof why === 'string' ? why : reasonOf(error);
}
