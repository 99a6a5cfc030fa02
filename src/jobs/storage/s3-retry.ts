import { setTimeout as sleep } from 'node:timers/promises';
import type { S3ServiceException } from '@aws-sdk/client-s3';
import { OctavecError, reasonOf } from '../../base/index.js';
import { storeError } from './store-error.js';

/** How often something is tried that the SDK cannot try again by itself: bodies that are streamed. */
export const attempts = 6;

/** Tries again what may go well the next time. */
export async function persistently<Value>(name: string, run: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === attempts || isFinal(error)) {
        throw failure(name, 'write', error);
      }
      await sleep(pauseBefore(attempt));
    }
  }
}

/** Returns a pause in milliseconds, doubled each time and never the same for two workers. */
export function pauseBefore(attempt: number): number {
  return 100 * 2 ** attempt * (0.5 + Math.random());
}

/** Tells whether another attempt would end as this one did, because the request itself is refused. */
export function isFinal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return error instanceof OctavecError || (status >= 400 && status < 500 && ![408, 409, 429].includes(status));
}

/** Returns the HTTP status of an S3 error. */
export function statusOf(error: unknown): number | undefined {
  return (error as Partial<S3ServiceException>).$metadata?.httpStatusCode;
}

export function failure(name: string, what: 'read' | 'write', error: unknown): OctavecError {
  if (error instanceof OctavecError) {
    return error;
  }
  const { name: code = '' } = error as Error;
  const said = reasonOf(error);
  const why =
    said === '' || said === 'UnknownError' ? `${code} (status ${statusOf(error) ?? 'unknown'})` : `${said} (${code})`;
  return storeError(name, what, why, error);
}
