import { OctavecError } from '../../base/index.js';

/** The error of a store that cannot do what it is asked for. */
export function storeError(name: string, what: 'read' | 'write', why: string, cause?: unknown): OctavecError {
  return new OctavecError('STORE_FAILED', { name, what, why }, cause);
}

/** The error of an input that is another one than the plan was made of. */
export function inputChanged(name: string): OctavecError {
  return new OctavecError('JOB_INPUT_CHANGED', { name });
}
