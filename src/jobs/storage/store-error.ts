import { OctavecError } from '../../base/index.js';

/** Makes the error of a store that cannot do what it is asked for. */
export function storeError(name: string, what: 'read' | 'write', why: string, cause?: unknown): OctavecError {
  return new OctavecError('STORE_FAILED', { name, what, why }, cause);
}

/** Makes the error of an input that is not the one the plan was made from. */
export function inputChanged(name: string): OctavecError {
  return new OctavecError('JOB_INPUT_CHANGED', { name });
}
