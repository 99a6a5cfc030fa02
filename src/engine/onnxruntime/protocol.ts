import type { Head } from '../../model/index.js';
import type { FixedShape, OutputChoice } from '../../output/index.js';
import type { UsedOutput } from '../engine.js';
import type { SessionSettings } from './session.js';

/** What the pool asks of its workers. Arrays are given away, not copied. */
export interface Encoding {
  start(settings: WorkerSettings): EncoderFacts;
  run(batch: Batch): BatchResult;
}

/** What a worker is started with. */
export interface WorkerSettings extends SessionSettings {
  /** Id that fills shorter texts of a batch. */
  readonly padTokenId: number;
  /** How outputs become vectors: pooling, dense layers, normalising. */
  readonly head: Head;
  /** Which output of the graph is taken. */
  readonly choice: OutputChoice;
  /** Of the run guard, which threads have and processes do not need. */
  readonly guard?: SharedArrayBuffer;
}

/** Vectors, or the last hidden state. */
export type Wanted = 'vectors' | 'hidden';

export interface Batch {
  readonly wanted: Wanted;
  /** As in TokenBatch. */
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  readonly types?: Int32Array;
  /** Tokens of each text that are left out of the pooling. */
  readonly unpooled: Int32Array;
}

/** What a worker found in its model. */
export interface EncoderFacts {
  readonly version: string;
  readonly width: number;
  /** undefined for a model that gives pooled vectors only */
  readonly hiddenWidth?: number;
  /** How many ids the model knows; undefined if that cannot be found out. */
  readonly vocabulary?: number;
  readonly output: UsedOutput;
  readonly fixed: FixedShape;
}

export interface BatchResult {
  readonly data: Float32Array;
  /** CPU time that the worker's own process has used since its last result; 0 for a thread, whose time is the pool's. */
  readonly cpuMs: number;
}
