import type { Problem } from '../http/index.js';
import { cohereRoutes } from './cohere/routes.js';
import type { App, ServerContext } from './context.js';
import { ollamaRoutes } from './ollama/routes.js';
import { openAiError, openAiStatus } from './openai/errors.js';
import { openAiRoutes } from './openai/routes.js';
import { searchRoutes } from './search/routes.js';
import { teiError, teiStatus } from './tei/errors.js';
import { teiRoutes } from './tei/routes.js';

/** An API that the server speaks: its routes, and how it puts errors. */
export interface Protocol {
  /** Whether a path that has no route would be one of this protocol. */
  readonly owns: (path: string) => boolean;
  readonly routes: (app: App, context: ServerContext) => void;
  readonly status: (problem: Problem) => number;
  /** undefined: no body. */
  readonly body: (problem: Problem) => object | undefined;
}

const below = (prefix: RegExp) => (path: string) => prefix.test(path);
const plainStatus = ({ status }: Problem) => (status === 422 ? 400 : status);

/** In the order in which they are asked whether a path is theirs; the last one takes all others. */
export const protocols: readonly Protocol[] = [
  { owns: below(/^\/api\//), routes: ollamaRoutes, status: plainStatus, body: ({ message }) => ({ error: message }) },
  {
    owns: below(/^\/(v2\/|v1\/(embed|rerank)$)/),
    routes: cohereRoutes,
    status: plainStatus,
    body: ({ message }) => ({ message }),
  },
  { owns: below(/^\/(v1|openai)\/|^\/embeddings$/), routes: openAiRoutes, status: openAiStatus, body: openAiError },
  {
    owns: below(/^\/(search|documents|indexes)(\/|$)/),
    routes: searchRoutes,
    status: plainStatus,
    body: ({ kind, message, param }) => ({ error: { code: kind, message, ...(param !== undefined && { param }) } }),
  },
  { owns: () => true, routes: teiRoutes, status: teiStatus, body: teiError },
];
