import type { Location } from '../base/index.js';
import type { Head, HeadSource, PoolingMode } from './head.js';
import type { ModelFacts } from './model-facts.js';
import type { StaticReading } from './static-folder.js';

/** What is known of an embedding model before it is loaded: its files and the conventions that come with them. */
export interface ModelFiles {
  /** The folder in Hugging Face layout; undefined for a single file with nothing around it. */
  readonly folder?: string;
  /** The file to run: ONNX, or the table of a static model (safetensors). */
  readonly onnxPath: string;
  /** How it reads texts, if it is a static model: a table with a vector for each token. */
  readonly staticReading?: StaticReading;
  /** Path of `tokenizer.json`. */
  readonly tokenizerPath: string;
  /** What comes after the last hidden state: pooling, dense layers, normalising. */
  readonly head: Head;
  /** Where the head comes from. */
  readonly headSource?: HeadSource;
  /** The output of the graph to take; chosen by name, shape and configuration where it is not given. */
  readonly output?: string;
  /** What is wanted of it rather than vectors of texts: scores of pairs of texts, or of classes. */
  readonly task?: 'rerank' | 'classify';
  /** By what the output is chosen. */
  readonly facts?: ModelFacts;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Texts are lower-cased before they are tokenized (`do_lower_case` of sentence_bert_config.json). */
  readonly lowerCase: boolean;
  /**
   * Whether the tokenizer itself lower-cases, where tokenizer_config.json says so: as in transformers, that counts more
   * than what tokenizer.json says.
   */
  readonly tokenizerLowerCase?: boolean;
  /** `left` where over-long texts lose their beginning; else they lose their end. */
  readonly truncationSide?: 'left';
  /** Prompts by name ("query" → "query: "). */
  readonly prompts: Readonly<Record<string, string>>;
  /** The name of the prompt that is used when none is asked for. */
  readonly defaultPrompt?: string;
  /** Id that pads; 0 where nothing says otherwise. */
  readonly padTokenId: number;
  /** `model_type` of config.json: "bert". */
  readonly architecture?: string;
}

/** What a caller may say of a model that its folder does not say, or says wrongly. */
export interface ModelOverrides {
  /** A tokenizer.json, or a folder that holds one, to use instead of the model's own. */
  readonly tokenizer?: Location;
  /** A tokenizer_config.json to use instead of the model's own. */
  readonly tokenizerConfig?: Location;
  /** How hidden states become a vector. */
  readonly pooling?: PoolingMode;
  /** Whether vectors are scaled to length 1. */
  readonly normalize?: boolean;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens?: number;
  /** Name of the graph's output to take: hidden states, or vectors. */
  readonly output?: string;
}

/** How a model folder is read, where its own files are not to decide. */
export interface OpenModelOptions extends ModelOverrides {
  /** The variant to take from a folder: "int8" is onnx/model_int8.onnx. Without it the file of highest precision. */
  readonly variant?: string;
  /** `rerank` to score pairs of texts with it, `classify` to score classes; by default it makes vectors of texts. */
  readonly task?: 'rerank' | 'classify';
  /** Another model that lends tokenizer, pooling, prompts and limits to a single file with nothing around it. */
  readonly like?: ModelFiles;
}

/** Picks the overrides among other options. */
export function overridesOf(options: ModelOverrides): ModelOverrides {
  const { tokenizer, tokenizerConfig, pooling, normalize, maxTokens, output } = options;
  return { tokenizer, tokenizerConfig, pooling, normalize, maxTokens, output };
}
