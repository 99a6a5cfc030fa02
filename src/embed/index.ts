/**
 * From texts to vectors.
 *
 * @module
 */
export { Embedder, type EmbedderOptions, type EmbedOptions, type PromptOptions } from './embedder.js';
export { npyBytes } from './npy.js';
export { readTexts } from './read-texts.js';
export type { TokenizedTexts } from './text-tokenizer.js';
export { Vectors } from './vectors.js';
