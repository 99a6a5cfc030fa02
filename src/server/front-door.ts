import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { Problem, pathOf, smallBody } from '../http/index.js';
import type { ServerContext } from './context.js';
import { type Protocol, protocols } from './protocols.js';

// Made once: finding out where an error was made takes longer than refusing a request.
const overloaded = new Problem('overloaded', 'Model is overloaded');
const crowded = new Problem('overloaded', 'Too many connections');

/** What is done at the door besides. */
export interface DoorKeeping {
  /** What answers of this server have in their headers. */
  readonly headersFor: (request: IncomingMessage) => OutgoingHttpHeaders;
  readonly onRefused: (request: IncomingMessage) => void;
}

/**
 * Refuses what there is no room for before anything is made of it: in a flood this decides how long others wait, since
 * Node takes one new connection in a turn of the event loop. Of a large body nothing more is read, and its connection is
 * closed; without that, each refused one costs twice as much.
 */
export function guardDoor(server: Server, context: ServerContext, { headersFor, onRefused }: DoorKeeping): void {
  // Fastify's own handler stands behind the door.
  const [handle] = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeListener('request', handle);
  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    socket.once('close', () => connections--);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const problem = request.method === 'POST' ? refusal(request, context, connections) : undefined;
    if (problem === undefined) {
      handle(request, response);
      return;
    }
    context.metrics.failure(problem);
    refuse(request, response, problem, headersFor(request));
    onRefused(request);
  });
}

function refusal(
  { headers }: IncomingMessage,
  { admission, limits }: ServerContext,
  connections: number,
): Problem | undefined {
  if (connections > limits.maxConnections) {
    return crowded;
  }
  const announced = Number(headers['content-length'] ?? limits.payloadLimit);
  return admission.hasRoomFor(announced) ? undefined : overloaded;
}

/** Answers in the words of the protocol that the path belongs to. */
function refuse(request: IncomingMessage, response: ServerResponse, problem: Problem, more: OutgoingHttpHeaders): void {
  const path = pathOf(request as { url: string });
  const protocol = protocols.find(({ owns }) => owns(path)) as Protocol;
  const { status, headers: own, body } = wordsOf(protocol, problem);
  const headers = { ...own, ...more };
  if (Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= smallBody) {
    // It is read, so that the connection can stay.
    response.writeHead(status, headers).end(body);
    return;
  }
  const { socket } = request;
  socket.pause();
  const fields = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n${body}`, () => socket.destroy());
}

function wordsOf(protocol: Protocol, problem: Problem) {
  const words = protocol.body(problem);
  const body = words === undefined ? '' : JSON.stringify(words);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(problem.retryAfter),
  };
  return { status: protocol.status(problem), headers, body };
}
