import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uploadFile } from './s3-upload.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-upload-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Sdk = Parameters<typeof uploadFile>[0]['sdk'];
type Input = Record<string, unknown>;

const kinds = [
  'PutObject',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'HeadObject',
];

/** A package whose commands say what they are. */
const sdk = Object.fromEntries(
  kinds.map((kind) => [
    `${kind}Command`,
    class {
      constructor(readonly input: Input) {}
      readonly kind = kind;
    },
  ]),
) as unknown as Sdk;

interface Asked {
  readonly kind: string;
  readonly input: Input;
  readonly body: string;
}

/** A bucket that notes what it is asked; `answer` may refuse. */
function bucket(answer: (asked: Asked) => unknown = () => ({})) {
  const asked: Asked[] = [];
  const send = async ({ kind, input }: { readonly kind: string; readonly input: Input }) => {
    let body = '';
    for await (const piece of (input.Body as AsyncIterable<Uint8Array> | undefined) ?? []) {
      body += Buffer.from(piece).toString();
    }
    asked.push({ kind, input, body });
    return answer(asked[asked.length - 1]) ?? {};
  };
  return { client: { send } as unknown as S3Client, asked };
}

const place = { at: { Bucket: 'b', Key: 'k' }, name: 's3://b/k' };
const hash = (text: string) => createHash('sha256').update(text).digest();

async function upload(content: string, answer?: (asked: Asked) => unknown, pieceBytes = 4) {
  const path = join(folder, 'part');
  await writeFile(path, content);
  const { client, asked } = bucket(answer);
  const done = uploadFile({ sdk, client }, place, { path, sha256: hash(content).toString('hex') }, pieceBytes);
  return { asked, done };
}

const status = (code: number) => Object.assign(new Error(`status ${code}`), { $metadata: { httpStatusCode: code } });

describe('a file goes', () => {
  test.each(['', 'abcd'])('in one request where it is small: %j', async (content) => {
    const { asked, done } = await upload(content);
    await done;
    expect(asked.map(({ kind, body }) => [kind, body])).toEqual([['PutObject', content]]);
    expect(asked[0].input).toMatchObject({
      ...{ Bucket: 'b', Key: 'k', ContentLength: content.length },
      ChecksumSHA256: hash(content).toString('base64'),
    });
  });

  test('in pieces where it is large, each with its own hash', async () => {
    const { asked, done } = await upload('abcdefghi', ({ kind, input }) =>
      kind === 'CreateMultipartUpload'
        ? { UploadId: 'u' }
        : kind === 'UploadPart'
          ? { ETag: `e${input.PartNumber}` }
          : {},
    );
    await done;
    const parts = asked.filter(({ kind }) => kind === 'UploadPart');
    const sent = parts.map(({ input, body }) => [input.PartNumber, body, input.ContentLength, input.UploadId]);
    expect(sent.sort()).toEqual([
      [1, 'abcd', 4, 'u'],
      [2, 'efgh', 4, 'u'],
      [3, 'i', 1, 'u'],
    ]);
    const { MultipartUpload, IfNoneMatch } = asked[asked.length - 1].input as {
      readonly MultipartUpload: { readonly Parts: unknown[] };
      readonly IfNoneMatch: string;
    };
    expect(IfNoneMatch).toBe('*');
    expect(MultipartUpload.Parts).toEqual(
      ['abcd', 'efgh', 'i'].map((text, i) => ({
        PartNumber: i + 1,
        ETag: `e${i + 1}`,
        ChecksumSHA256: hash(text).toString('base64'),
      })),
    );
  });
});

describe('an upload in pieces that fails', () => {
  const refusing = (refused: string, code: number, there?: number) =>
    upload('abcdefghi', ({ kind }) => {
      if (kind === refused) {
        throw status(code);
      }
      return kind === 'CreateMultipartUpload'
        ? { UploadId: 'u' }
        : kind === 'HeadObject'
          ? { ContentLength: there }
          : {};
    });
  const kindsOf = (asked: readonly Asked[]) => asked.map(({ kind }) => kind);

  test('at its beginning has nothing to throw away', async () => {
    const { asked, done } = await refusing('CreateMultipartUpload', 403);
    await expect(done).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(kindsOf(asked)).toEqual(['CreateMultipartUpload']);
  });

  test('at a piece throws away what was sent', async () => {
    const { asked, done } = await refusing('UploadPart', 403);
    await expect(done).rejects.toMatchObject({ code: 'STORE_FAILED', details: { name: 's3://b/k' } });
    expect(kindsOf(asked)).toContain('AbortMultipartUpload');
    expect(kindsOf(asked)).not.toContain('CompleteMultipartUpload');
  });

  test.each([412, 404])('at its end (%d) is done, where an earlier attempt put the whole there', async (code) => {
    const { asked, done } = await refusing('CompleteMultipartUpload', code, 9);
    await expect(done).resolves.toBeUndefined();
    expect(kindsOf(asked)).toContain('AbortMultipartUpload');
  });

  test.each([
    [412, 8],
    [412, undefined],
    [403, 9],
  ])('at its end (%d) with %s bytes there is an error', async (code, there) => {
    const { done } = await refusing('CompleteMultipartUpload', code, there);
    await expect(done).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });
});
