import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError, OctavecError, reasonOf, throwIfCancelled } from '../base/index.js';
import { asOutputError, makeFolders } from '../files/index.js';
import { arrival } from './arrival.js';
import { type BlobCheck, blobCheck } from './blob-check.js';
import { withFileLock } from './file-lock.js';
import { askHub } from './hub-request.js';
import type { HubSettings } from './hub-settings.js';
import type { RemoteFile } from './remote-file.js';
import { sizeOf } from './size-of.js';

export interface DownloadOptions {
  /** Cancels the download; what has arrived is kept for the next one. */
  readonly signal?: AbortSignal;
  /** Told how many bytes of the file are there. */
  readonly onBytes?: (bytes: number) => void;
}

/** Attempts in a row that bring no byte. */
const mostIdleAttempts = 3;

/**
 * Fetches a file's bytes to `target`, which appears only when they are whole and are what the etag names. What an
 * interrupted download left, in this run or an earlier one, is gone on from.
 *
 * @throws HUB_UNREACHABLE, HUB_CORRUPT, HUB_NOT_FOUND, HUB_DENIED, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED
 */
export async function downloadBlob(
  file: RemoteFile,
  target: string,
  settings: HubSettings,
  options: DownloadOptions = {},
): Promise<void> {
  await withFileLock(`${target}.lock`, options.signal, async () => {
    if ((await sizeOf(target)) !== undefined) {
      return;
    }
    const partial = `${target}.incomplete`;
    const before = (await sizeOf(partial)) ?? 0;
    if (!(await fill(partial, file, settings, options))) {
      await rm(partial, { force: true });
      // What an earlier run left may have been wrong; what is fetched whole and wrong is wrong at its source.
      if (before === 0 || !(await fill(partial, file, settings, options))) {
        await rm(partial, { force: true });
        throw new OctavecError('HUB_CORRUPT', { endpoint: settings.endpoint, what: file.what });
      }
    }
    await rename(partial, target).catch((error) => Promise.reject(asOutputError(error, target)));
  });
}

/** Completes a partial file; false if its bytes are not those that the etag names. */
async function fill(
  partial: string,
  file: RemoteFile,
  settings: HubSettings,
  options: DownloadOptions,
): Promise<boolean> {
  let handle: FileHandle | undefined;
  try {
    await makeFolders(dirname(partial));
    handle = await open(partial, 'a+');
    let idle = 0;
    for (;;) {
      const start = (await handle.stat()).size;
      if (start > file.bytes) {
        await handle.truncate(0);
        continue;
      }
      if (start === file.bytes) {
        break;
      }
      const why = await append(handle, start, file, settings, options);
      idle = (await handle.stat()).size > start ? 0 : idle + 1;
      if (why !== undefined && idle === mostIdleAttempts) {
        throw new OctavecError('HUB_UNREACHABLE', { endpoint: settings.endpoint, what: file.what, why });
      }
    }
    await handle.sync();
    return await holds(handle, blobCheck(file.etag, file.bytes));
  } catch (error) {
    throw asOutputError(error, partial);
  } finally {
    await handle?.close();
  }
}

/** Appends what one answer brings; gives the reason where that ends too early. */
async function append(
  handle: FileHandle,
  start: number,
  { url, what, bytes }: RemoteFile,
  settings: HubSettings,
  { signal, onBytes }: DownloadOptions,
): Promise<string | undefined> {
  const headers = start > 0 ? { range: `bytes=${start}-` } : undefined;
  const response = await askHub(url, { headers, what, signal }, settings);
  let done = start;
  if (response.status !== 206 || !response.headers.get('content-range')?.startsWith(`bytes ${start}-`)) {
    // The whole file, in place of its end.
    await handle.truncate(0);
    done = 0;
  }
  if (response.body === null || !response.ok) {
    await response.body?.cancel();
    return `it answers with status ${response.status}`;
  }
  const reader = response.body.getReader();
  try {
    for (;;) {
      const part = await arrival(reader.read(), settings.stallTimeoutMs, signal);
      if (part.done) {
        return done < bytes ? 'the connection ended before the file did' : undefined;
      }
      done += part.value.byteLength;
      if (done > bytes) {
        throw new OctavecError('HUB_CORRUPT', { endpoint: settings.endpoint, what });
      }
      await handle.writeFile(part.value);
      onBytes?.(done);
    }
  } catch (error) {
    throwIfCancelled(signal, `fetching ${what}`);
    if (error instanceof OctavecError || (isSystemError(error) && error.syscall === 'write')) {
      throw error;
    }
    return reasonOf((error as Error).cause ?? error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function holds(handle: FileHandle, check: BlobCheck): Promise<boolean> {
  const buffer = new Uint8Array(2 ** 20);
  for (let place = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, place);
    if (bytesRead === 0) {
      return check.holds();
    }
    check.update(buffer.subarray(0, bytesRead));
    place += bytesRead;
  }
}
