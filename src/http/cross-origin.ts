import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Headers of answers that pages of other origins may read, too. */
export const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'x-compute-tokens',
  'x-compute-time',
  'x-octavec-truncated',
];

/**
 * Returns the headers by which a page of another origin may read an answer that is given before fastify sees the request.
 * Without them a browser tells the page of a failure of the network.
 *
 * @param origins those that may call; undefined where none may
 */
export function crossOriginHeaders(
  { origin }: IncomingHttpHeaders,
  origins: readonly string[] | undefined,
): OutgoingHttpHeaders {
  if (origins === undefined) {
    return {};
  }
  const exposed = { 'access-control-expose-headers': exposedHeaders.join(', ') };
  if (origins.includes('*')) {
    return { 'access-control-allow-origin': '*', ...exposed };
  }
  const isKnown = origin !== undefined && origins.includes(origin);
  return { vary: 'Origin', ...(isKnown && { 'access-control-allow-origin': origin }), ...exposed };
}
