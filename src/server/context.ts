import type { FastifyReply } from 'fastify';
import type { TruncationSide } from '../embed/index.js';
import { type Load, Problem, whenEnded, whileAwaited } from '../http/index.js';
import { type ClassifiedInputs, type ClassifyInputs, classifyInputs, loadOfClasses } from './classify-inputs.js';
import {
  type EmbeddedInputs,
  type EmbeddingService,
  type EmbedInputs,
  embedInputs,
  loadOf,
  type Taken,
} from './embed-inputs.js';
import type { CountedWork, Metrics } from './metrics.js';
import type { ServerLimits } from './options.js';
import type { SearchService } from './search/search-service.js';
import type { ServedModel } from './served-model.js';

/** What routes work with. */
export interface ServerContext extends EmbeddingService {
  readonly metrics: Metrics;
  /** Where indexes are served. */
  readonly search?: SearchService;
  readonly limits: Required<ServerLimits>;
  autoTruncate: boolean;
}

export type { App } from '../http/index.js';

/**
 * Embeds what a request asks for, counts it, and tells the client by headers what it took: TEI's `x-compute-*`, and
 * `x-octavec-truncated` where inputs were cut.
 */
export function embedFor(
  context: ServerContext,
  model: ServedModel,
  asked: Omit<EmbedInputs, 'signal'>,
  reply: FastifyReply,
): Promise<EmbeddedInputs> {
  const work = (signal: AbortSignal) => embedInputs(context, model, { ...asked, signal });
  return counted(context, 'embed', loadOf(model, asked.inputs), reply, work);
}

/** Scores the classes of inputs, with the same admission. */
export function classifyFor(
  context: ServerContext,
  model: ServedModel,
  asked: Omit<ClassifyInputs, 'signal'>,
  reply: FastifyReply,
): Promise<ClassifiedInputs> {
  const work = (signal: AbortSignal) => classifyInputs(context, model, { ...asked, signal });
  return counted(context, 'predict', loadOfClasses(model, asked), reply, work);
}

/**
 * Scores texts for a query, with the same admission.
 *
 * @throws Problem `unsupported` for a model that does something else
 */
export async function scoreFor(
  context: ServerContext,
  model: ServedModel,
  { query, texts, ...how }: Omit<ClassifyInputs, 'signal' | 'inputs'> & { query: string; texts: readonly string[] },
  reply: FastifyReply,
): Promise<ClassifiedInputs> {
  if ((await model.describe()).task !== 'rerank') {
    throw new Problem('unsupported', 'model is not a re-ranker model');
  }
  return classifyFor(context, model, { inputs: texts.map((text) => [query, text] as const), ...how }, reply);
}

async function counted<Result extends Taken>(
  context: ServerContext,
  kind: CountedWork,
  load: Load,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { metrics } = context;
  metrics.request(kind, load.texts);
  const result = await whileWanted(context, load, reply, work);
  metrics.success(kind, load.texts, result, reply.elapsedTime);
  tellTimes(reply, result);
  return result;
}

/**
 * Does something as long as the client is there and the time for a request is not over. What it takes is reserved until
 * the answer is sent: slow readers hold their vectors.
 *
 * @throws Problem `overloaded`, `timeout`
 */
export async function whileWanted<Result>(
  { limits, admission }: ServerContext,
  load: Load,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  whenEnded(reply, admission.embed(load));
  return whileAwaited(reply, limits.requestTimeout, work);
}

/** Sets the headers that say what a request took. */
function tellTimes(reply: FastifyReply, taken: Taken): void {
  const ms = (value: number) => String(Math.round(value));
  const total = ms(reply.elapsedTime);
  reply.header('x-compute-type', 'cpu');
  reply.header('x-compute-time', total);
  reply.header('x-compute-characters', String(taken.characters));
  reply.header('x-compute-tokens', String(taken.tokens));
  reply.header('x-total-time', total);
  reply.header('x-tokenization-time', ms(taken.tokenizeMs));
  reply.header('x-queue-time', ms(taken.queueMs));
  reply.header('x-inference-time', ms(taken.inferenceMs));
  if (taken.truncated > 0) {
    reply.header('x-octavec-truncated', String(taken.truncated));
  }
}

/** Returns what happens to over-long inputs, by a request's `truncate` or else by the server's settings. */
export function overLongOf(
  context: ServerContext,
  truncate: boolean | null | undefined,
  side?: TruncationSide,
): { readonly overLong: 'truncate' | 'error'; readonly truncationSide?: TruncationSide } {
  return { overLong: (truncate ?? context.autoTruncate) ? 'truncate' : 'error', truncationSide: side };
}
