import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a request: an answer of S3, or the connection ends in the middle of it. */
export type Fault = { readonly status: number; readonly code: string } | 'cut';

/** A stand-in for S3 on loopback: objects, ranges, listings in pages, conditional reads and writes, uploads in pieces, checksums. */
export interface S3Server {
  readonly url: string;
  /** By "bucket/key". */
  readonly objects: Map<string, Buffer>;
  /** Uploads in pieces that were begun, and neither completed nor given up: pieces by number. */
  readonly uploads: Map<string, Map<number, Buffer>>;
  /** Asked before each request; what it gives goes wrong. */
  fault: (method: string, path: string, query: URLSearchParams) => Fault | undefined;
  close(): Promise<void>;
}

const pageSize = 3;

export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const path = decodeURIComponent(pathname.slice(1));
    const fault = s3.fault(request.method ?? '', path, searchParams);
    if (fault !== undefined && fault !== 'cut') {
      request.resume();
      refuse(response, fault.status, fault.code);
      return;
    }
    const isCut = fault === 'cut';
    if (searchParams.has('uploads') || searchParams.has('uploadId')) {
      await inPieces({ objects, uploads }, path, searchParams, request, response, isCut);
    } else if (request.method === 'PUT') {
      await put(objects, path, request, response, isCut);
    } else if (request.method === 'DELETE') {
      objects.delete(path);
      response.writeHead(204).end();
    } else if (searchParams.has('list-type')) {
      list(objects, path.replace(/\/$/, ''), searchParams, response);
    } else {
      get(objects.get(path), request, response, isCut);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const s3: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    uploads,
    fault: () => undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return s3;
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} was asked for</Message></Error>`);
}

async function put(
  objects: Map<string, Buffer>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  isCut: boolean,
): Promise<void> {
  const bytes = await bodyOf(request, response, isCut);
  if (bytes === undefined) {
    return;
  }
  if (request.headers['if-none-match'] === '*' && objects.has(path)) {
    refuse(response, 412, 'PreconditionFailed');
  } else {
    objects.set(path, bytes);
    response.writeHead(200, { etag: etagOf(bytes) }).end();
  }
}

/** undefined where the connection is cut, or the bytes are not those that the checksum names. */
async function bodyOf(request: IncomingMessage, response: ServerResponse, isCut: boolean): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    if (isCut) {
      request.socket.destroy();
      return undefined;
    }
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  const wanted = request.headers['x-amz-checksum-sha256'];
  if (wanted !== undefined && wanted !== createHash('sha256').update(bytes).digest('base64')) {
    refuse(response, 400, 'BadDigest');
    return undefined;
  }
  return bytes;
}

/** Begins an upload in pieces, takes a piece, completes it under the condition that is given, or gives it up. */
async function inPieces(
  { objects, uploads }: Pick<S3Server, 'objects' | 'uploads'>,
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  isCut: boolean,
): Promise<void> {
  const id = query.get('uploadId') ?? `upload-${uploads.size}-${path}`;
  const pieces = query.has('uploads') ? new Map<number, Buffer>() : uploads.get(id);
  const body = await bodyOf(request, response, isCut);
  if (body === undefined) {
    return;
  }
  if (pieces === undefined) {
    refuse(response, 404, 'NoSuchUpload');
  } else if (query.has('uploads')) {
    uploads.set(id, pieces);
    answer(response, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  } else if (request.method === 'PUT') {
    pieces.set(Number(query.get('partNumber')), body);
    response.writeHead(200, { etag: etagOf(body) }).end();
  } else if (request.method === 'DELETE') {
    uploads.delete(id);
    response.writeHead(204).end();
  } else if (request.headers['if-none-match'] === '*' && objects.has(path)) {
    refuse(response, 412, 'PreconditionFailed');
  } else {
    const named = [...body.toString().matchAll(/<Part>.*?<PartNumber>(\d+)<\/PartNumber>.*?<\/Part>/gs)];
    objects.set(path, Buffer.concat(named.map(([, number]) => pieces.get(Number(number)) ?? Buffer.alloc(0))));
    uploads.delete(id);
    answer(response, '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>');
  }
}

function answer(response: ServerResponse, xml: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${xml}`);
}

function get(bytes: Buffer | undefined, request: IncomingMessage, response: ServerResponse, isCut: boolean): void {
  if (bytes === undefined) {
    refuse(response, 404, 'NoSuchKey');
    return;
  }
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== etagOf(bytes)) {
    refuse(response, 412, 'PreconditionFailed');
    return;
  }
  const [, start = '0', end = `${bytes.length - 1}`] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = bytes.subarray(Number(start), Number(end) + 1);
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'content-length': part.length,
    etag: etagOf(bytes),
  });
  if (request.method === 'HEAD') {
    response.end();
  } else if (isCut) {
    response.write(part.subarray(0, Math.floor(part.length / 2)), () => request.socket.destroy());
  } else {
    response.end(part);
  }
}

function list(objects: Map<string, Buffer>, bucket: string, query: URLSearchParams, response: ServerResponse): void {
  const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, pageSize);
  const entries = page.map((key) => {
    const bytes = objects.get(key) as Buffer;
    const name = key.slice(bucket.length + 1);
    return `<Contents><Key>${name}</Key><Size>${bytes.length}</Size><ETag>${etagOf(bytes)}</ETag></Contents>`;
  });
  const next = keys.length > pageSize ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${entries.join('')}${next}</ListBucketResult>`,
  );
}
