/**
 * From texts to vectors.
 *
 * @module
 */
export { Embedder, type EmbedderOptions, type EmbedOptions, type PromptOptions } from './embedder.js';
export type { TokenizedTexts } from './text-tokenizer.js';
export { Vectors } from './vectors.js';
