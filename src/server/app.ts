import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { isAccepted, keyOf } from '../base/index.js';
import {
  acceptJson,
  crossOriginHeaders,
  describeApi,
  exposedHeaders,
  observeRequests,
  Problem,
  pathOf,
  problemOf,
  refuseBroken,
  schemaController,
  whenEnded,
} from '../http/index.js';
import { consoleRoutes } from './console.js';
import type { App, ServerContext } from './context.js';
import { guardDoor } from './front-door.js';
import { operationRoutes } from './operation.js';
import type { ServerOptions } from './options.js';
import { protocols } from './protocols.js';

/** What the running server changes without a restart. */
export interface LiveSettings {
  /** SHA-256, in hexadecimal, of the keys that are accepted; without any, no key is asked for. */
  apiKeys: readonly string[];
  /** Whether new requests are refused because the server is about to end. */
  isStopping: boolean;
}

/** What the description of the API says first. */
const whatFor = 'Embeddings of a proven model, in the APIs of OpenAI, Text Embeddings Inference, Ollama and Cohere.';

/** What is read without a key, as with TEI, and the pages that ask for one themselves. */
const open = /^\/($|health$|ready$|ping$|metrics$|docs(\/|$)|openapi\.json$|api-doc\/openapi\.json$)/;

/** Puts the server together: protocols, pages, operation, and the hooks around every request. */
export async function buildApp(context: ServerContext, options: ServerOptions, live: LiveSettings): Promise<App> {
  const { limits } = context;
  const crossOrigin = ({ headers }: Pick<IncomingMessage, 'headers'>) =>
    crossOriginHeaders(headers, options.corsAllowOrigin);
  // Node looks for connections that are too slow every 30 s, whatever their limit is.
  const looking = { connectionsCheckingInterval: Math.ceil((1000 * limits.receiveTimeout) / 6) };
  const app = Fastify({
    ...(options.tls ? { https: { ...options.tls, ...looking } } : { http: looking }),
    bodyLimit: limits.payloadLimit,
    requestTimeout: 1000 * limits.receiveTimeout,
    connectionTimeout: 1000 * (limits.receiveTimeout + limits.requestTimeout),
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    genReqId: (request) => idOf(request.headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    exposeHeadRoutes: true,
    schemaController,
    // What a request is about is logged by the hook below, never its texts.
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    // A logger of its own for each request costs as much as the rest of it. Lines name the request themselves.
    childLoggerFactory: (logger) => logger,
    logger: options.log === undefined ? false : { level: options.logLevel ?? 'info', stream: options.log },
    // Given before the hooks: a broken address.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ 'x-request-id': request.id, ...crossOrigin(request) });
      sendProblem(error, request, reply, context);
    },
    clientErrorHandler: refuseBroken,
  }).withTypeProvider() as unknown as App;
  // Up to the limit a client is told why; far beyond it Node closes connections without a word.
  app.server.maxConnections = 2 * limits.maxConnections;
  guardDoor(app.server, context, {
    headersFor: crossOrigin,
    onRefused: (request) =>
      app.log.info({ method: request.method, path: pathOf(request as { url: string }), status: 429 }, 'refused'),
  });
  app.server.headersTimeout = 1000 * limits.receiveTimeout;
  acceptJson(app);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, context));
  app.setNotFoundHandler((request, reply) => {
    const kind = allowedMethods(app, request.url).length > 0 ? 'wrong_method' : 'unknown_route';
    const problem = new Problem(kind, `${request.method} ${pathOf(request)} is not a route of this server`);
    sendProblem(problem, request, reply, context);
  });

  // Before the keys: a browser asks whether it may call without one, and a page may read that its key is wrong.
  if (options.corsAllowOrigin !== undefined) {
    const { default: fastifyCors } = await import('@fastify/cors');
    const origins = [...options.corsAllowOrigin];
    await app.register(fastifyCors, {
      origin: origins.includes('*') ? '*' : origins,
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      exposedHeaders,
      // What asks for the options without being a preflight is no mistake, and would be told so in plain text.
      strictPreflight: false,
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (request.method !== 'POST') {
      reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store');
    }
    try {
      checkKey(request, live.apiKeys);
      if (request.method === 'POST') {
        checkEncoding(request);
        reserveBody(context, request, reply);
      }
    } catch (problem) {
      done(problem as Problem);
      return;
    }
    done();
  });
  endConnections(app, live);
  if (options.rateLimit !== undefined) {
    const { default: fastifyRateLimit } = await import('@fastify/rate-limit');
    await app.register(fastifyRateLimit, {
      max: options.rateLimit,
      timeWindow: '1 minute',
      keyGenerator: (request) => keyOf(request.headers) ?? request.ip,
      allowList: isOpen,
      errorResponseBuilder: (_request, { ttl }) =>
        new Problem('rate_limited', 'Rate limit reached for requests', undefined, Math.ceil(ttl / 1000)),
    });
  }
  await observeRequests(app, options.log !== undefined);
  const addRoutes = (routes: App) => {
    for (const protocol of protocols) {
      protocol.routes(routes, context);
    }
    operationRoutes(routes, context);
    consoleRoutes(routes);
  };
  // Behind the plugins, so that their hooks see these routes.
  await app.register(async (plain) => {
    const routes = plain as unknown as App;
    addRoutes(routes);
    describeApi(routes, addRoutes, whatFor);
  });
  return app;
}

/**
 * Ends connections with their answers once the server is about to end, those of requests that came before included: kept
 * alive, each would hold it up until the client goes away.
 */
function endConnections(app: App, live: LiveSettings): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (live.isStopping) {
      reply.header('connection', 'close');
    }
    done();
  });
  // An answer that began before has told its client to come again.
  app.addHook('onResponse', (_request, _reply, done) => {
    if (live.isStopping) {
      setImmediate(() => app.server.closeIdleConnections());
    }
    done();
  });
}

/** Answers an error in the words of the protocol that the request's path belongs to. */
function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, { metrics }: ServerContext): void {
  if (reply.raw.destroyed) {
    // Nobody is there any more.
    reply.hijack();
    return;
  }
  const problem = problemOf(error);
  metrics.failure(problem);
  if (problem.kind === 'internal') {
    request.log.error({ reqId: request.id, err: error }, 'request failed');
  }
  const protocol = protocols.find(({ owns }) => owns(pathOf(request))) as (typeof protocols)[number];
  if (problem.retryAfter !== undefined) {
    reply.header('retry-after', String(problem.retryAfter));
  }
  const body = protocol.body(problem);
  reply.code(protocol.status(problem));
  if (body === undefined) {
    reply.send();
  } else {
    reply.type('application/json').send(JSON.stringify(body));
  }
}

/**
 * Checks the API key of a request.
 *
 * @throws Problem `unauthorized` where a key is needed and the right one is missing
 */
function checkKey(request: FastifyRequest, accepted: readonly string[]): void {
  if (accepted.length === 0 || isOpen(request)) {
    return;
  }
  const key = keyOf(request.headers);
  if (key === undefined) {
    throw new Problem('unauthorized', 'an API key is needed (Authorization: Bearer …)');
  }
  if (!isAccepted(key, accepted)) {
    throw new Problem('unauthorized', 'Incorrect API key provided');
  }
}

/** Says whether a request needs no key. What is sent to `/` is for the model. */
function isOpen(request: FastifyRequest): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && open.test(pathOf(request));
}

/**
 * Checks that a body comes as it is.
 *
 * @throws Problem `wrong_content_type` for a compressed one
 */
function checkEncoding({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem('wrong_content_type', `the body is encoded (${encoding}); send it as it is`);
  }
}

/** Takes a share of the room for bodies before anything is read, and gives it back when the request has ended. */
function reserveBody({ admission }: ServerContext, request: FastifyRequest, reply: FastifyReply): void {
  const announced = request.headers['content-length'];
  try {
    const release = admission.receive(announced === undefined ? undefined : Number(announced));
    whenEnded(reply, release);
  } catch (error) {
    // The body that is still to come is not read.
    reply.header('connection', 'close');
    throw error;
  }
}

function allowedMethods(app: App, url: string): string[] {
  return ['GET', 'POST', 'DELETE'].filter(
    (method) => app.findRoute({ method: method as 'GET', url: url.split('?')[0] }) !== null,
  );
}

/** Returns a client's own id of its request, where it is harmless to log. */
function idOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
