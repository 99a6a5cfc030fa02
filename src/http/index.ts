/**
 * What the APIs over HTTP share: bounds on what waits, bodies in, problems in words, long answers out, the end of a request, its line in the log.
 *
 * @module
 */
export { Admission, type Load, smallBody, type WaitingLimits } from './admission.js';
export type { App } from './app.js';
export { parsed, schemaController } from './check-schema.js';
export { crossOriginHeaders, exposedHeaders } from './cross-origin.js';
export { acceptJson } from './json-body.js';
export { listAnswer } from './list-answer.js';
export { observeRequests } from './observe.js';
export { describeApi } from './openapi.js';
export { pathOf } from './path-of.js';
export { Problem, type ProblemKind, problemOf } from './problem.js';
export { refuseBroken } from './refuse-broken.js';
export { whenEnded, whileAwaited } from './request-signal.js';
