import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A repository that the server has: files by path. */
export interface ServedRepository {
  readonly kind: 'model' | 'dataset';
  readonly id: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Paths of files that are kept elsewhere, as the hub keeps large ones: SHA-256, and a redirect to another host. */
  readonly large?: readonly string[];
  /** Besides main. */
  readonly branches?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  /** Asked for by nobody without this. */
  readonly token?: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly range?: string;
  readonly token?: string;
  readonly encoding?: string;
  /** Bytes of the body that were sent. */
  sent: number;
}

/** What goes wrong with a request; undefined for what goes well. */
export type Fault = (
  request: SeenRequest,
) => number | 'cut' | CutAfter | 'corrupt' | 'ignore range' | 'silent' | Slow | undefined;
/** The connection ends when so many bytes of the body are sent. */
interface CutAfter {
  readonly cutAfter: number;
}
/** Bytes that are sent every ten milliseconds. */
interface Slow {
  readonly every10Ms: number;
}

export interface HubServer {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  /** Changed at will. */
  fault: Fault;
  stop(): Promise<void>;
}

/** Speaks as the Hugging Face hub does, as far as models and data sets are fetched from it. Ends with the test. */
export async function hubServer(...repositories: readonly ServedRepository[]): Promise<HubServer> {
  const store = await listening((request, response) => answer(request, response, true));
  const front = await listening((request, response) => answer(request, response, false));
  const seen: SeenRequest[] = [];
  const hub: HubServer = {
    endpoint: front.url,
    seen,
    fault: () => undefined,
    stop: async () => {
      await Promise.all([front.close(), store.close()]);
    },
  };
  onTestFinished(() => hub.stop());

  function answer(request: IncomingMessage, response: ServerResponse, isStore: boolean): void {
    const entry: SeenRequest = {
      method: request.method ?? '',
      path: `${isStore ? 'store:' : ''}${request.url}`,
      range: request.headers.range,
      token: request.headers.authorization,
      encoding: request.headers['accept-encoding'] as string,
      sent: 0,
    };
    seen.push(entry);
    const fault = hub.fault(entry);
    if (fault === 'silent') {
      return;
    }
    if (typeof fault === 'number') {
      response.writeHead(fault).end();
      return;
    }
    const [, id = '', action, revision, path] =
      /^(?:\/api)?(?:\/datasets|\/models)?\/(.+?)\/(revision|resolve|tree)\/([^/?]+)(?:\/(.*?))?(?:\?.*)?$/.exec(
        request.url ?? '',
      ) ?? [];
    const repository = repositories.find((known) => known.id === id);
    if (repository === undefined) {
      response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
      return;
    }
    if (repository.token !== undefined && !isStore && entry.token !== `Bearer ${repository.token}`) {
      response.writeHead(entry.token ? 403 : 401, { 'x-error-code': 'GatedRepo' }).end();
      return;
    }
    const [commit, files] = atRevision(repository, decodeURIComponent(revision)) ?? [];
    if (commit === undefined || files === undefined) {
      response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
      return;
    }
    if (action === 'revision') {
      const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id, sha: commit, siblings }));
      return;
    }
    if (action === 'tree') {
      tree(repository, files, new URL(request.url ?? '', front.url), response);
      return;
    }
    const name = decodeURIComponent(path);
    if (!Object.hasOwn(files, name)) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
      return;
    }
    const bytes = Buffer.from(files[name]);
    const isLarge = repository.large?.includes(name) ?? false;
    const etag = isLarge ? sha256(bytes) : gitHash(bytes);
    if (isLarge && !isStore) {
      const headers = { 'x-linked-etag': `"${etag}"`, 'x-linked-size': bytes.length, 'x-repo-commit': commit };
      response.writeHead(302, { ...headers, location: `${store.url}${request.url}` }).end();
      return;
    }
    serve(bytes, { etag: `W/"${etag}"`, 'x-repo-commit': commit }, entry, fault, response);
  }
  return hub;
}

const filesOfPage = 2;

/** What files there are, in pages. */
function tree({ large }: ServedRepository, files: ServedRepository['files'], url: URL, response: ServerResponse): void {
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const entries = Object.entries(files).map(([path, content]) => {
    const bytes = Buffer.from(content);
    const isLarge = large?.includes(path);
    const facts = {
      type: 'file',
      path,
      size: bytes.length,
      oid: isLarge ? gitHash(Buffer.from('pointer')) : gitHash(bytes),
    };
    return isLarge ? { ...facts, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } } : facts;
  });
  url.searchParams.set('cursor', String(start + filesOfPage));
  const link = start + filesOfPage < entries.length ? { link: `<${url.href}>; rel="next"` } : {};
  response.writeHead(200, { 'content-type': 'application/json', ...link });
  response.end(
    JSON.stringify([
      { type: 'directory', path: 'data', oid: '0', size: 0 },
      ...entries.slice(start, start + filesOfPage),
    ]),
  );
}

function serve(
  bytes: Buffer,
  headers: Record<string, string>,
  entry: SeenRequest,
  fault: ReturnType<Fault>,
  response: ServerResponse,
): void {
  const { method, range } = entry;
  const [, from = '0', to = `${bytes.length - 1}`] =
    (fault === 'ignore range' ? undefined : /^bytes=(\d+)-(\d*)$/.exec(range ?? ''))?.map(
      (text) => text || undefined,
    ) ?? [];
  const [start, end] = [Number(from), Math.min(Number(to) + 1, bytes.length)];
  const isPart = start > 0 || end < bytes.length;
  if (start > 0 && start >= bytes.length) {
    response.writeHead(416).end();
    return;
  }
  const body = fault === 'corrupt' ? Buffer.alloc(end - start, 'x') : bytes.subarray(start, end);
  const part = isPart ? { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` } : {};
  response.writeHead(isPart ? 206 : 200, { ...headers, ...part, 'content-length': body.length });
  if (method === 'HEAD') {
    response.end();
  } else if (fault === 'cut' || (typeof fault === 'object' && 'cutAfter' in fault)) {
    entry.sent = Math.min(body.length, fault === 'cut' ? Math.ceil(body.length / 2) : fault.cutAfter);
    response.write(body.subarray(0, entry.sent), () => setTimeout(() => response.destroy(), 30));
  } else if (typeof fault === 'object') {
    slowly(body, fault.every10Ms, entry, response);
  } else {
    entry.sent = body.length;
    response.end(body);
  }
}

function slowly(body: Buffer, part: number, entry: SeenRequest, response: ServerResponse): void {
  const timer = setInterval(() => {
    response.write(body.subarray(entry.sent, entry.sent + part));
    entry.sent = Math.min(body.length, entry.sent + part);
    if (entry.sent === body.length) {
      clearInterval(timer);
      response.end();
    }
  }, 10);
  response.once('close', () => clearInterval(timer));
}

function atRevision(
  { id, files, branches = {} }: ServedRepository,
  revision: string,
): [string, ServedRepository['files']] | undefined {
  for (const [branch, content] of Object.entries({ main: files, ...branches })) {
    const commit = createHash('sha1')
      .update(`${id} ${branch} ${Object.keys(content)}`)
      .digest('hex');
    if (revision === branch || revision === commit) {
      return [commit, content];
    }
  }
  return undefined;
}

async function listening(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const gitHash = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
