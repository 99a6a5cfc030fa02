import type { SpanStatusCode, Tracer } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { version } from '../base/index.js';
import { pathOf } from './path-of.js';

/** Where an SDK of OpenTelemetry registers itself in a process, whoever's copy of the API it uses. */
const registration = Symbol.for('opentelemetry.js.api.1');

/** Logs every request without its texts, and gives OpenTelemetry a span of it where an SDK is registered. */
export async function observeRequests(app: FastifyInstance, isLogged: boolean): Promise<void> {
  const tracer = await registeredTracer();
  if (tracer === undefined && !isLogged) {
    return;
  }
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode, elapsedTime } = reply;
    const { id: reqId, method } = request;
    const path = request.routeOptions.url ?? pathOf(request);
    if (tracer !== undefined) {
      const span = tracer.startSpan(`${method} ${path}`, { startTime: Date.now() - elapsedTime });
      span.setAttributes({
        'http.request.method': method,
        'http.route': path,
        'http.response.status_code': statusCode,
      });
      if (statusCode >= 500) {
        span.setStatus({ code: 2 satisfies SpanStatusCode.ERROR });
      }
      span.end();
    }
    request.log.info({ reqId, method, path, status: statusCode, ms: Math.round(elapsedTime) }, 'request');
    done();
  });
}

async function registeredTracer(): Promise<Tracer | undefined> {
  if (!(registration in globalThis)) {
    return undefined;
  }
  const { trace } = await import('@opentelemetry/api');
  return trace.getTracer('octavec', version);
}
