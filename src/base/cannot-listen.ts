import { OctavecError, reasonOf } from './errors.js';

/** Returns the error of a port or socket that cannot be listened on. */
export function cannotListen(where: string, error: unknown): OctavecError {
  return new OctavecError('HOST_UNUSABLE', { problems: `it cannot listen on ${where}: ${reasonOf(error)}` }, error);
}
