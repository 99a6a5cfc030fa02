import { OctavecError, reasonOf } from '../base/index.js';

/** What is wrong with a request or its handling, before it is put into the words of a protocol. */
export type ProblemKind =
  | 'invalid'
  | 'empty'
  | 'too_large'
  | 'unauthorized'
  | 'unknown_model'
  | 'unknown_route'
  | 'unknown_index'
  | 'unknown_document'
  | 'forbidden'
  | 'conflict'
  | 'wrong_method'
  | 'wrong_content_type'
  | 'unsupported'
  | 'overloaded'
  | 'rate_limited'
  | 'loading'
  | 'timeout'
  | 'tokenizer'
  | 'internal';

const statuses: Readonly<Record<ProblemKind, number>> = {
  invalid: 400,
  empty: 400,
  too_large: 413,
  unauthorized: 401,
  unknown_model: 404,
  unknown_route: 404,
  unknown_index: 404,
  unknown_document: 404,
  forbidden: 403,
  conflict: 409,
  wrong_method: 405,
  wrong_content_type: 415,
  unsupported: 424,
  overloaded: 429,
  rate_limited: 429,
  loading: 503,
  timeout: 504,
  tokenizer: 422,
  internal: 500,
};

/** Seconds that a client should wait before it tries again. */
const retryAfter: Readonly<Partial<Record<ProblemKind, number>>> = { overloaded: 1, loading: 2, timeout: 5 };

/** An error that a client is told of, in its protocol's own form. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  /** The field that is wrong. */
  readonly param: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(kind: ProblemKind, message: string, param?: string, wait: number | undefined = retryAfter[kind]) {
    super(message);
    this.kind = kind;
    this.param = param;
    this.retryAfter = wait;
  }

  get status(): number {
    return statuses[this.kind];
  }
}

/** Codes of Fastify that say what is wrong with a request. */
const fastifyKinds: Readonly<Record<string, ProblemKind>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'wrong_content_type',
  FST_ERR_CTP_EMPTY_TYPE: 'wrong_content_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid',
  FST_ERR_NOT_FOUND: 'unknown_route',
};

/**
 * Puts whatever was thrown while a request was handled into words for the client. What is not the client's doing is
 * `internal` and says nothing of the inside.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof OctavecError) {
    return problemOfOctavec(error);
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const kind = fastifyKinds[code ?? ''];
  if (kind !== undefined) {
    return new Problem(kind, reasonOf(error));
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode === 429 ? 'rate_limited' : 'invalid', reasonOf(error));
  }
  return new Problem('internal', 'the server failed to handle the request; its log says why');
}

function problemOfOctavec(error: OctavecError): Problem {
  const kinds: Readonly<Partial<Record<OctavecError['code'], ProblemKind>>> = {
    USAGE: 'invalid',
    PROMPT_UNKNOWN: 'invalid',
    FILTER_INVALID: 'invalid',
    TEXT_INVALID: 'tokenizer',
    TEXT_TOO_LONG: 'invalid',
    QUERY_TOO_LONG: 'invalid',
    QUEUE_FULL: 'overloaded',
    CLOSED: 'loading',
  };
  if (error.code === 'ENGINE_DIED') {
    // Its own message names a file of this machine, and is advice for whoever runs the server.
    return new Problem('overloaded', 'What ran the model has died and is started again; send the request once more');
  }
  const kind = kinds[error.code];
  return kind === undefined ? problemOf(new Error('hidden', { cause: error })) : new Problem(kind, error.message);
}
