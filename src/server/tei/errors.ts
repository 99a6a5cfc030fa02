import type { Problem, ProblemKind } from '../../http/index.js';

/** Names of errors and their statuses as TEI 1.9 sends them. */
const words: Readonly<Partial<Record<ProblemKind, readonly [type: string, status: number]>>> = {
  empty: ['Empty', 400],
  invalid: ['Validation', 422],
  too_large: ['Validation', 413],
  unknown_model: ['Validation', 422],
  tokenizer: ['Tokenizer', 422],
  unsupported: ['Backend', 424],
  internal: ['Backend', 424],
  timeout: ['Backend', 424],
  overloaded: ['Overloaded', 429],
  rate_limited: ['Overloaded', 429],
  loading: ['Unhealthy', 503],
};

/** Returns the status that TEI uses. */
export function teiStatus(problem: Problem): number {
  return words[problem.kind]?.[1] ?? problem.status;
}

/** Returns the body of an error; a missing or wrong key has none. */
export function teiError(problem: Problem): object | undefined {
  if (problem.kind === 'unauthorized') {
    return undefined;
  }
  return { error: problem.message, error_type: words[problem.kind]?.[0] ?? 'Validation' };
}
