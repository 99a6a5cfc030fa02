import type { FixedShape } from '../output/index.js';
import type { Accelerator } from './onnxruntime/device.js';

/** Token ids of several texts, one after the other, without padding. */
export interface TokenBatch {
  /** [tokens] */
  readonly ids: Int32Array;
  /**
   * Offsets of the texts, [texts + 1]. The ids of text i go from `ids[offsets[i]]` up to, not including, `ids[offsets[i + 1]]`. Every
   * text has a token, unless the model is static.
   */
  readonly offsets: Int32Array;
  /** [tokens] 1 for the second text of a pair, for models that tell the two apart; 0 for all where it is left out. */
  readonly types?: Int32Array;
}

export interface RunOptions {
  /** Cancels the call: texts that are not running yet are dropped. */
  readonly signal?: AbortSignal;
  /**
   * How many tokens at the beginning of every text are left out of mean and maximum pooling: those of a prompt, for
   * models that do not include it (see `Head.includePrompt`). 0 by default.
   */
  readonly unpooledTokens?: number;
  /**
   * Batches hold texts of this call only and are cut the same way every time, so that the same texts give the same bits
   * whatever else goes on. Without it texts of other callers fill a batch that has room.
   */
  readonly alone?: boolean;
  /** Told how many more texts are done, and how many tokens they have: batches go from long texts to short ones. */
  readonly onDone?: (texts: number, tokens: number) => void;
}

/** The output of the graph that vectors are made from. */
export interface UsedOutput {
  readonly name: string;
  /** `hidden states` are pooled by octavec. */
  readonly gives: 'hidden states' | 'vectors';
  /** Why this one. */
  readonly reason: string;
}

/** What an engine says of itself, for logs, evidence and reports. Workers beyond the first start when there is work. */
export interface EngineDescription {
  readonly name: 'onnxruntime' | 'native' | 'native-bf16' | 'static';
  readonly version: string;
  readonly workers: number;
  readonly threadsPerWorker: number;
  /** Where the counts come from: "2 physical cores, cgroup quota 1.5". */
  readonly threadsReason: string;
  /** `fast`: a packed copy of the weights for each worker. `shared`: one mapped file for all. */
  readonly memory: 'fast' | 'shared';
  /** What stands in the way of sharing weights as it was meant to be: the cache folder cannot be written to. */
  readonly memoryReason?: string;
  /** Padded tokens of a batch at most, where vectors depend on what they are batched with. */
  readonly batchTokens?: number;
  /** Why it is not the native engine, where that was the first choice. */
  readonly fallback?: string;
  /** What it computes on, where that is not the CPU. */
  readonly device?: Accelerator;
  /** Why it is the CPU, where another device was looked for. */
  readonly deviceFallback?: string;
  readonly output?: UsedOutput;
  /** Where the model's inputs fix their sizes. */
  readonly fixedShape?: FixedShape;
}

/** One loaded model that turns token ids into vectors. Never blocks the event loop. */
export interface Engine {
  readonly description: EngineDescription;
  /** Length of a vector. */
  readonly width: number;
  /** The longest text that the model's inputs have room for, where they fix it. */
  readonly maxTokens?: number;
  /**
   * Returns pooled (and, if the model says so, projected and normalised) vectors: [texts × width], in the batch's
   * order. A batch may have any number of texts; the engine cuts it as it needs.
   *
   * @throws ENGINE_RUN, ENGINE_DIED, CANCELLED, CLOSED, TOKEN_OUT_OF_RANGE, TEXT_TOO_LONG (beyond `maxTokens`)
   */
  embed(batch: TokenBatch, options?: RunOptions): Promise<Float32Array>;
  /**
   * Returns the last hidden state: [tokens × hidden width], ragged as the batch is.
   *
   * @throws as `embed`, and MODEL_OUTPUT if the model gives pooled vectors only
   */
  hiddenStates(batch: TokenBatch, options?: RunOptions): Promise<Float32Array>;
  /** Waits for what runs, then frees everything. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
