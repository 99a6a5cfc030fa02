import type { OptionNames } from '../base/index.js';
import type { OpenModelOptions } from '../model/index.js';
import type { EmbedderOptions, EmbedOptions, TextOptions } from './embed-options.js';
import type { StreamOptions } from './embed-stream.js';

/** The options of the embedder's methods, by name: what is none of them is refused. */

export const openOptions: OptionNames<OpenModelOptions> = {
  ...{ tokenizer: true, pooling: true, normalize: true, maxTokens: true, output: true, variant: true, like: true },
};

export const embedderOptions: OptionNames<EmbedderOptions> = {
  ...openOptions,
  ...{ engine: true, workers: true, threads: true, isolation: true, memory: true, batchTokens: true, signal: true },
  ...{ maxWaitingTexts: true, maxWaitingBytes: true, onReady: true, onNote: true },
};

export const textOptions: OptionNames<TextOptions> = {
  ...{ prompt: true, promptName: true, onError: true, overLong: true, overlap: true, signal: true },
};

export const embedOptions: OptionNames<EmbedOptions> = {
  ...textOptions,
  ...{ dimensions: true, reproducible: true, onTokenized: true, onProgress: true },
};

export const streamOptions: OptionNames<StreamOptions<unknown>> = { ...embedOptions, textOf: true };
