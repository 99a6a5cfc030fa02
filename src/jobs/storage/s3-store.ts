import { setTimeout as sleep } from 'node:timers/promises';
import { optionalPackage } from '../../base/index.js';
import type { S3, S3Place } from './s3-place.js';
import { attempts, failure, isFinal, pauseBefore, statusOf } from './s3-retry.js';
import { uploadFile } from './s3-upload.js';
import type { Store, StoredObject } from './store.js';
import { inputChanged } from './store-error.js';

function ignore(): void {}

/**
 * Opens a bucket, or what begins with a prefix in it, as a store. Credentials, region and endpoint are found as AWS's
 * own tools find them (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …).
 *
 * @param pieceBytes files that are larger are sent in pieces of that size; 64 MiB by default
 * @throws PACKAGE_MISSING
 */
export async function s3Store(
  bucket: string,
  prefix: string,
  { pieceBytes }: { readonly pieceBytes?: number } = {},
): Promise<Store> {
  const sdk = await optionalPackage(() => import('@aws-sdk/client-s3'), '@aws-sdk/client-s3', 'S3 storage');
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  const client = new sdk.S3Client({
    ...(process.env.AWS_REGION === undefined && process.env.AWS_PROFILE === undefined && { region: 'us-east-1' }),
    // Servers other than Amazon's seldom have a host name for every bucket.
    ...(endpoint && { endpoint, forcePathStyle: true }),
    maxAttempts: attempts,
    // What it would print of attempts that fail is told by the error of the last.
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    // What is put carries its SHA-256; more is not understood by every server.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const s3: S3 = { sdk, client };
  const root = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`;
  const at = (key: string) => ({ Bucket: bucket, Key: root + key });
  const placeOf = (key: string): S3Place => ({ at: at(key), name: nameOf(key) });
  const nameOf = (key: string) => `s3://${bucket}/${root}${key}`;
  const find = async (key: string): Promise<StoredObject | undefined> => {
    try {
      const facts = await client.send(new sdk.HeadObjectCommand(at(key)));
      return { key, size: facts.ContentLength ?? 0, etag: facts.ETag ?? '' };
    } catch (error) {
      if (statusOf(error) === 404) {
        return undefined;
      }
      throw failure(nameOf(key), 'read', error);
    }
  };
  return {
    uri: `s3://${bucket}${prefix && `/${root.slice(0, -1)}`}`,
    nameOf,
    find,
    list: async (begin) => {
      const pages = sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: root + begin });
      const found: StoredObject[] = [];
      try {
        for await (const { Contents = [] } of pages) {
          for (const { Key = '', Size = 0, ETag = '' } of Contents) {
            found.push({ key: Key.slice(root.length), size: Size, etag: ETag });
          }
        }
      } catch (error) {
        throw failure(nameOf(begin), 'read', error);
      }
      return found;
    },
    stream: (object, start, end) => streamOf(s3, placeOf(object.key), object, start, end),
    putFile: (key, path, sha256) => uploadFile(s3, placeOf(key), { path, sha256 }, pieceBytes),
    put: async (key, content) => {
      await client.send(new sdk.PutObjectCommand({ ...at(key), Body: content })).catch((error: unknown) => {
        throw failure(nameOf(key), 'write', error);
      });
    },
    putIfAbsent: async (key, content) => {
      try {
        await client.send(new sdk.PutObjectCommand({ ...at(key), Body: content, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        if (statusOf(error) !== 412) {
          throw failure(nameOf(key), 'write', error);
        }
        // An attempt whose answer was lost may have been our own.
        const there = await client.send(new sdk.GetObjectCommand(at(key))).catch((cause: unknown) => {
          throw failure(nameOf(key), 'read', cause);
        });
        return (await there.Body?.transformToString()) === content;
      }
    },
    remove: async (key) => {
      await client.send(new sdk.DeleteObjectCommand(at(key))).catch((error: unknown) => {
        throw failure(nameOf(key), 'write', error);
      });
    },
  };
}

/** Goes on where a connection was cut. */
async function* streamOf(
  { sdk, client }: S3,
  { at, name }: S3Place,
  { etag }: StoredObject,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = start;
  for (let attempt = 1; position < end; attempt++) {
    try {
      const Range = `bytes=${position}-${end - 1}`;
      const { Body } = await client.send(new sdk.GetObjectCommand({ ...at, Range, IfMatch: etag }));
      for await (const piece of Body as AsyncIterable<Uint8Array>) {
        position += piece.length;
        attempt = 1;
        yield piece;
      }
      if (position < end) {
        throw new Error('the connection ended too early');
      }
    } catch (error) {
      if ([404, 412].includes(statusOf(error) ?? 0)) {
        throw inputChanged(name);
      }
      if (attempt === attempts || isFinal(error)) {
        throw failure(name, 'read', error);
      }
      await sleep(pauseBefore(attempt));
    }
  }
}
