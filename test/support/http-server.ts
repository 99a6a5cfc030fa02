import { openModelFolder } from 'octavec';
import { type RunningServer, type ServerOptions, serve } from 'octavec/server';
import { onTestFinished } from 'vitest';
import { embeddedModel } from './golden-texts.js';

/** An answer of the server, its body parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export interface TestServer extends RunningServer {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Bodies that are no strings or bytes are sent as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export const minilm = {
  name: 'all-MiniLM-L6-v2',
  aliases: ['text-embedding-3-small'],
  open: () => openModelFolder(embeddedModel),
};

/** Serves the embedded model, on a free port; ready when it returns. */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = await serve({ models: [minilm], port: 0, ...options });
  await server.ready;
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${server.url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    ...server,
    get: (path, headers) => ask(path, { headers }),
    post: (path, body, headers) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
  };
}

/** The same for one test. */
export async function serverForTest(options?: Partial<ServerOptions>): Promise<TestServer> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  return server;
}
