import type { EmbedderOptions } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';

/** What the process that measures a model is told. */
export type ToRunner =
  | { readonly kind: 'load'; readonly model: ModelFiles; readonly options: EmbedderOptions }
  | { readonly kind: 'run'; readonly texts: readonly string[] }
  | { readonly kind: 'finish' };

/** What it answers, one answer to each message. */
export type FromRunner =
  | { readonly kind: 'loaded'; readonly seconds: number }
  | { readonly kind: 'ran'; readonly seconds: number }
  | { readonly kind: 'finished'; readonly peakBytes: number }
  | { readonly kind: 'failed'; readonly message: string };
