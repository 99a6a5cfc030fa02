import type { buildModel as build } from './build-model.js';

/** As `build-model.ts` says, which is loaded with all that recognises encoders when a model is not packed yet. */
export const buildModel: typeof build = async (...asked) => {
  const { buildModel: buildNow } = await import('./build-model.js');
  return buildNow(...asked);
};
