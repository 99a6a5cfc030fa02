import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { sha256 } from './hub-server.js';

export interface UploadServer {
  readonly endpoint: string;
  /** Files of commits, by path. */
  readonly files: Map<string, Buffer>;
  readonly seen: string[];
}

/** Takes uploads as the Hugging Face hub does: preupload, Git LFS, commit. Ends with the test. */
export async function uploadServer(token: string): Promise<UploadServer> {
  const files = new Map<string, Buffer>();
  const seen: string[] = [];
  const stored = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const path = request.url ?? '';
    seen.push(`${request.method} ${path}`);
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (path.startsWith('/store/')) {
      stored.set(path.slice('/store/'.length), body);
      response.writeHead(200).end();
    } else if (request.headers.authorization !== `Bearer ${token}`) {
      json({ error: 'You may not write here' }, 403);
    } else if (path === '/api/repos/create') {
      json({ url: `${endpoint}/me/toy` });
    } else if (path.includes('/preupload/')) {
      const asked: { path: string }[] = JSON.parse(body.toString()).files;
      json({ files: asked.map((file) => ({ ...file, uploadMode: file.path.endsWith('.onnx') ? 'lfs' : 'regular' })) });
    } else if (path.endsWith('/info/lfs/objects/batch')) {
      const { objects }: { objects: { oid: string; size: number }[] } = JSON.parse(body.toString());
      const actions = (oid: string) => ({ upload: { href: `${endpoint}/store/${oid}`, header: {} } });
      json({ transfer: 'basic', objects: objects.map((object) => ({ ...object, actions: actions(object.oid) })) });
    } else if (path.includes('/commit/')) {
      for (const line of body.toString().split('\n').filter(Boolean)) {
        const { key, value } = JSON.parse(line);
        if (key === 'file') {
          files.set(value.path, Buffer.from(value.content, value.encoding));
        } else if (key === 'lfsFile') {
          const bytes = stored.get(value.oid);
          if (bytes === undefined || sha256(bytes) !== value.oid) {
            return json({ error: `${value.path} was not uploaded` }, 400);
          }
          files.set(value.path, bytes);
        }
      }
      json({ success: true, commitOid: 'c'.repeat(40), commitUrl: `${endpoint}/me/toy/commit/c` });
    } else {
      json({ error: 'unknown' }, 404);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint, files, seen };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}
