/**
 * From texts to vectors.
 *
 * @module
 */
export { Embedder, type EmbedderOptions, type EmbedOptions } from './embedder.js';
export { npyBytes } from './npy.js';
export type { PromptOptions } from './prompt.js';
export { readTexts } from './read-texts.js';
export type { TokenizedTexts } from './text-tokenizer.js';
export { tokenizeOnce } from './tokenize-once.js';
export { Vectors } from './vectors.js';
