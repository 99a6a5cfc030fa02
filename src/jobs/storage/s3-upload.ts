import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { eachAtOnce } from '../../base/index.js';
import type { S3, S3Place } from './s3-place.js';
import { failure, persistently, statusOf } from './s3-retry.js';

/** A file here that is sent. */
interface LocalFile {
  readonly path: string;
  /** Hash of its bytes, in hex. */
  readonly sha256: string;
}

/** Files that are larger go in pieces of so many bytes, each of which is sent again by itself. */
export const usualPieceBytes = 64 * 2 ** 20;

/** As many as S3 takes. */
const mostPieces = 10_000;

/** Pieces that are sent at the same time. */
const piecesAtOnce = 3;

/**
 * Puts a file into a bucket, whole or not at all: what is smaller than a piece in one request, what is larger in several,
 * which become an object when the last has arrived. Every request carries the SHA-256 of its bytes.
 *
 * @throws STORE_FAILED
 */
export async function uploadFile(
  { sdk, client }: S3,
  { at, name }: S3Place,
  { path, sha256 }: LocalFile,
  pieceBytes = usualPieceBytes,
): Promise<void> {
  const { size } = await stat(path);
  if (size > pieceBytes) {
    return uploadPieces({ sdk, client }, { at, name }, path, size, pieceBytes);
  }
  await persistently(name, () =>
    // A new stream each time: what was sent is gone.
    withBody(path, 0, size, (Body) =>
      client.send(new sdk.PutObjectCommand({ ...at, Body, ContentLength: size, ChecksumSHA256: base64(sha256) })),
    ),
  );
}

async function uploadPieces(
  { sdk, client }: S3,
  { at, name }: S3Place,
  path: string,
  size: number,
  pieceBytes: number,
): Promise<void> {
  const length = Math.max(pieceBytes, Math.ceil(size / mostPieces));
  const starts = Array.from({ length: Math.ceil(size / length) }, (_, i) => i * length);
  const begin = new sdk.CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256' });
  const { UploadId } = await client.send(begin).catch((error: unknown) => {
    throw failure(name, 'write', error);
  });
  // What was sent is kept, and paid for, until it is thrown away.
  const giveUp = () => client.send(new sdk.AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => undefined);
  try {
    const Parts = await eachAtOnce(piecesAtOnce, starts, async (start): Promise<CompletedPart> => {
      const end = Math.min(start + length, size);
      const ChecksumSHA256 = base64(await hashOf(path, start, end));
      const PartNumber = 1 + start / length;
      const { ETag } = await persistently(name, () =>
        withBody(path, start, end, (Body) => {
          const input = { ...at, UploadId, PartNumber, Body, ContentLength: end - start, ChecksumSHA256 };
          return client.send(new sdk.UploadPartCommand(input));
        }),
      );
      return { PartNumber, ETag, ChecksumSHA256 };
    });
    const whole = { ...at, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' };
    await client.send(new sdk.CompleteMultipartUploadCommand(whole)).catch(async (error: unknown) => {
      // Names of files that are put are used once: what is there is what an attempt whose answer was lost has completed.
      const there = await client.send(new sdk.HeadObjectCommand(at)).catch(() => undefined);
      if (![404, 412].includes(statusOf(error) ?? 0) || there?.ContentLength !== size) {
        throw failure(name, 'write', error);
      }
      await giveUp();
    });
  } catch (error) {
    await giveUp();
    throw error;
  }
}

async function withBody<Value>(
  path: string,
  start: number,
  end: number,
  send: (body: ReturnType<typeof createReadStream>) => Promise<Value>,
): Promise<Value> {
  const body = createReadStream(path, end > start ? { start, end: end - 1 } : {});
  try {
    return await send(body);
  } finally {
    body.destroy();
  }
}

async function hashOf(path: string, start: number, end: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { start, end: end - 1, highWaterMark: 2 ** 18 })) {
    hash.update(piece);
  }
  return hash.digest('hex');
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
