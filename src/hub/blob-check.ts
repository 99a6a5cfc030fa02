import { createHash, type Hash } from 'node:crypto';

/** Reads bytes along, and says at the end whether they are those that an etag names. */
export interface BlobCheck {
  update(bytes: Uint8Array): void;
  /**
   * Tells whether the bytes match the etag. True as well for etags that are no hash: there is nothing to compare with.
   */
  holds(): boolean;
}

/**
 * Returns the check that an etag asks for: large files are named by their SHA-256, small ones as git names them, by the
 * SHA-1 of "blob LENGTH\0" and the bytes.
 */
export function blobCheck(etag: string, bytes: number): BlobCheck {
  let hash: Hash | undefined;
  if (/^[0-9a-f]{64}$/.test(etag)) {
    hash = createHash('sha256');
  } else if (/^[0-9a-f]{40}$/.test(etag)) {
    hash = createHash('sha1').update(`blob ${bytes}\0`);
  }
  return {
    update: (part) => hash?.update(part),
    holds: () => hash === undefined || hash.digest('hex') === etag,
  };
}
