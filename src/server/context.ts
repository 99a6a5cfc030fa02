import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { TruncationSide } from '../embed/index.js';
import { type EmbeddedInputs, type EmbeddingService, type EmbedInputs, embedInputs } from './embed-inputs.js';
import type { Metrics } from './metrics.js';
import type { ServerLimits } from './options.js';
import { asGivenUp, requestSignal } from './request-signal.js';
import type { ServedModel } from './served-model.js';

/** What routes work with. */
export interface ServerContext extends EmbeddingService {
  readonly metrics: Metrics;
  readonly limits: Required<ServerLimits>;
  autoTruncate: boolean;
}

export type App = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  ZodTypeProvider
>;

/**
 * Embeds what a request asks for, counts it, and tells the client by headers what it took: TEI's `x-compute-*`, and
 * `x-octavec-truncated` where inputs were cut.
 */
export async function embedFor(
  context: ServerContext,
  model: ServedModel,
  asked: Omit<EmbedInputs, 'signal'>,
  reply: FastifyReply,
): Promise<EmbeddedInputs> {
  const { metrics } = context;
  const count = asked.inputs.length;
  metrics.request(count);
  const embedded = await whileWanted(context, reply, (signal) => embedInputs(context, model, { ...asked, signal }));
  metrics.success(count, embedded, reply.elapsedTime);
  tellTimes(reply, embedded);
  return embedded;
}

/** Does something as long as the client is there and the time for a request is not over. */
export async function whileWanted<Result>(
  { limits }: ServerContext,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const signal = requestSignal(reply, limits.requestTimeout);
  try {
    return await work(signal);
  } catch (error) {
    throw asGivenUp(error, signal);
  }
}

/** Sets the headers that say what a request took. */
export function tellTimes(reply: FastifyReply, embedded: Omit<EmbeddedInputs, 'vectors'>): void {
  const ms = (value: number) => String(Math.round(value));
  reply.headers({
    'x-compute-type': 'cpu',
    'x-compute-time': ms(reply.elapsedTime),
    'x-compute-characters': String(embedded.characters),
    'x-compute-tokens': String(embedded.tokens),
    'x-total-time': ms(reply.elapsedTime),
    'x-tokenization-time': ms(embedded.tokenizeMs),
    'x-queue-time': ms(embedded.queueMs),
    'x-inference-time': ms(embedded.inferenceMs),
    ...(embedded.truncated > 0 && { 'x-octavec-truncated': String(embedded.truncated) }),
  });
}

/** What becomes of over-long inputs, as a request's `truncate` or else the server says. */
export function overLongOf(
  context: ServerContext,
  truncate: boolean | null | undefined,
  side?: TruncationSide,
): Pick<EmbedInputs, 'overLong' | 'truncationSide'> {
  return { overLong: (truncate ?? context.autoTruncate) ? 'truncate' : 'error', truncationSide: side };
}
