import type { Problem, ProblemKind } from '../../http/index.js';

/** OpenAI's types and codes of what is wrong. */
const words: Readonly<Partial<Record<ProblemKind, readonly [type: string, code: string | null]>>> = {
  unauthorized: ['invalid_request_error', 'invalid_api_key'],
  unknown_model: ['invalid_request_error', 'model_not_found'],
  unknown_route: ['invalid_request_error', 'unknown_url'],
  overloaded: ['rate_limit_error', 'rate_limit_exceeded'],
  rate_limited: ['rate_limit_error', 'rate_limit_exceeded'],
  loading: ['server_error', 'model_loading'],
  timeout: ['server_error', 'timeout'],
  internal: ['server_error', null],
};

/** Returns the status that OpenAI uses: it has no 422, and answers 400 instead. */
export function openAiStatus({ status }: Problem): number {
  return status === 422 || status === 424 ? 400 : status;
}

/** Returns the body of an error: an object named `error`, with message, type, param and code. */
export function openAiError(problem: Problem): object {
  const [type, code] = words[problem.kind] ?? ['invalid_request_error', null];
  return { error: { message: problem.message, type, param: problem.param ?? null, code } };
}
