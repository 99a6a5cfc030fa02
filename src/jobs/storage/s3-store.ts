import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { OctavecError, optionalPackage, reasonOf } from '../../base/index.js';
import type { Store, StoredObject } from './store.js';
import { inputChanged, storeError } from './store-error.js';

type Sdk = typeof import('@aws-sdk/client-s3');

function ignore(): void {}

/** How often something is tried that the SDK cannot try again by itself: bodies that are streamed. */
const attempts = 6;

/**
 * A bucket, or what begins with a prefix in it, as a store. Credentials, region and endpoint are found as AWS's own tools
 * find them (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …).
 *
 * @throws PACKAGE_MISSING
 */
export async function s3Store(bucket: string, prefix: string): Promise<Store> {
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
  const root = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`;
  const at = (key: string) => ({ Bucket: bucket, Key: root + key });
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
    stream: (object, start, end) => streamOf(client, sdk, at(object.key), nameOf(object.key), object, start, end),
    putFile: async (key, path, sha256) => {
      const { size } = await stat(path);
      const checksum = Buffer.from(sha256, 'hex').toString('base64');
      await persistently(nameOf(key), async () => {
        // A new stream each time: what was sent is gone.
        const Body = createReadStream(path);
        try {
          const input = { ...at(key), Body, ContentLength: size, ChecksumSHA256: checksum };
          await client.send(new sdk.PutObjectCommand(input));
        } finally {
          Body.destroy();
        }
      });
    },
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
  client: S3Client,
  sdk: Sdk,
  at: { readonly Bucket: string; readonly Key: string },
  name: string,
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

/** Tries again what may go well the next time. */
async function persistently(name: string, run: () => Promise<void>): Promise<void> {
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

/** Milliseconds, doubled each time and never the same for two workers. */
function pauseBefore(attempt: number): number {
  return 100 * 2 ** attempt * (0.5 + Math.random());
}

/** Whether another attempt would end as this one did: the request itself is refused. */
function isFinal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return error instanceof OctavecError || (status >= 400 && status < 500 && ![408, 409, 429].includes(status));
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<S3ServiceException>).$metadata?.httpStatusCode;
}

function failure(name: string, what: 'read' | 'write', error: unknown): OctavecError {
  if (error instanceof OctavecError) {
    return error;
  }
  const { name: code = '' } = error as Error;
  const said = reasonOf(error);
  const why =
    said === '' || said === 'UnknownError' ? `${code} (status ${statusOf(error) ?? 'unknown'})` : `${said} (${code})`;
  return storeError(name, what, why, error);
}
