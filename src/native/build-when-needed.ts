import type { buildModel as build } from './build-model.js';

/**
 * Builds a model with `build-model.ts`. That loads everything that recognises encoders, so it is imported only when a
 * model is not packed yet.
 */
export const buildModel: typeof build = async (...asked) => {
  const { buildModel: buildNow } = await import('./build-model.js');
  return buildNow(...asked);
};
