import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cannotListen, isAccepted, keyOf } from '../base/index.js';
import { indexServers, type McpOptions, protocolSdk, type ReadableIndex } from './mcp-server.js';

export interface HttpOptions extends McpOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** SHA-256, in hexadecimal, of the API keys that are accepted; without any, no key is asked for. */
  readonly apiKeys?: readonly string[];
}

/** A server that listens. */
export interface RunningMcpServer extends AsyncDisposable {
  /** "http://127.0.0.1:3001/mcp" */
  readonly url: string;
}

const path = '/mcp';
const mostBodyBytes = 1_000_000;
/** Names of this machine to itself. A web page that has its name lead here (DNS rebinding) still sends its own name. */
const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Serves an index over Streamable HTTP to programs on this machine. Every request stands for itself: there are no sessions.
 *
 * @throws HOST_UNUSABLE where the port cannot be listened on, and as {@link indexServers}
 */
export async function serveHttp(index: ReadableIndex, options: HttpOptions): Promise<RunningMcpServer> {
  const { StreamableHTTPServerTransport } = await protocolSdk(
    () => import('@modelcontextprotocol/sdk/server/streamableHttp.js'),
  );
  // What is wrong with the index is said before anybody asks.
  const makeServer = await indexServers(index, options);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    // A server of the SDK has one connection; to make one takes less than a millisecond.
    const { server } = makeServer();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
      maxRequestBodySize: mostBodyBytes,
    });
    response.once('close', () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response);
  };
  const http = createServer((request, response) => {
    const refused = refusal(request, options.apiKeys ?? []);
    if (refused !== undefined) {
      refuse(response, refused);
      return;
    }
    answer(request, response).catch((error) => {
      options.onError?.((error as Error)?.stack ?? String(error));
      refuse(response, { status: 500, message: 'The request failed inside octavec; its log says why.' });
    });
  });
  const { port } = await listen(http, options.port);
  return {
    url: `http://127.0.0.1:${port}${path}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Says what is wrong with a request before any of it is read; undefined for nothing. */
export function refusal(
  { headers, method, url }: Pick<IncomingMessage, 'headers' | 'method' | 'url'>,
  apiKeys: readonly string[],
): Refusal | undefined {
  const host = hostOf(`http://${headers.host}`);
  const origin = headers.origin === undefined ? undefined : hostOf(headers.origin);
  if (!ownNames.includes(host) || (origin !== undefined && !ownNames.includes(origin))) {
    return { status: 403, message: 'Only programs on this machine may ask' };
  }
  const key = keyOf(headers);
  if (apiKeys.length > 0 && (key === undefined || !isAccepted(key, apiKeys))) {
    return {
      status: 401,
      message: 'An API key is needed (Authorization: Bearer …)',
      headers: { 'www-authenticate': 'Bearer' },
    };
  }
  if (url?.split('?')[0] !== path) {
    return { status: 404, message: `There is nothing but ${path}` };
  }
  if (method !== 'POST') {
    // Without sessions there is nothing to listen to, and none to end.
    return { status: 405, message: 'Only POST is served', headers: { allow: 'POST' } };
  }
  return undefined;
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : '';
}

function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message }, id: null }));
}

function listen(http: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    http.once('error', (error) => reject(cannotListen(`127.0.0.1:${port}`, error)));
    http.listen(port, '127.0.0.1', () => resolve(http.address() as AddressInfo));
  });
}
