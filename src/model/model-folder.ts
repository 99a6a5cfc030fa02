import type { Head } from './head.js';

/** What is known of an embedding model before it is loaded: its files and the conventions that come with them. */
export interface ModelFiles {
  /** The folder in Hugging Face layout; undefined for a single file with nothing around it. */
  readonly folder?: string;
  /** The ONNX file to run. */
  readonly onnxPath: string;
  readonly tokenizerPath: string;
  /** What comes after the last hidden state: pooling, dense layers, normalising. */
  readonly head: Head;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Prompts by name ("query" → "query: "). */
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPrompt?: string;
  /** Id that pads; 0 where nothing says otherwise. */
  readonly padTokenId: number;
  /** `model_type` of config.json: "bert". */
  readonly architecture?: string;
}
