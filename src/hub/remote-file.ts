import { OctavecError, type TaskOptions } from '../base/index.js';
import { askHub } from './hub-request.js';
import type { HubSettings } from './hub-settings.js';

/** A file on the hub, as its headers describe it. */
export interface RemoteFile {
  readonly url: URL;
  /** As a person would name it. */
  readonly what: string;
  /** Names its bytes: SHA-256 of large files, git's SHA-1 of small ones. */
  readonly etag: string;
  readonly bytes: number;
}

/**
 * Asks what a file is, without fetching it.
 *
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_UNREACHABLE, CANCELLED
 */
export async function describeRemoteFile(
  url: URL,
  what: string,
  settings: HubSettings,
  { signal }: TaskOptions,
): Promise<RemoteFile> {
  const { headers } = await askHub(url, { method: 'HEAD', what, stayOnHost: true, signal }, settings);
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
  const bytes = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? Number.NaN);
  if (!/^[\w.-]{1,200}$/.test(etag) || /^\.+$/.test(etag) || !Number.isSafeInteger(bytes) || bytes < 0) {
    const why = 'it does not say what the file is (ETag and length): is it a hub?';
    throw new OctavecError('HUB_UNREACHABLE', { endpoint: settings.endpoint, what, why });
  }
  return { url, what, etag, bytes };
}
