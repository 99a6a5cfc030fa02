import type { Head } from '../../model/index.js';
import type { FixedShape, OutputChoice } from '../../output/index.js';
import type { PlainError } from '../../threads/index.js';
import type { UsedOutput } from '../engine.js';
import type { SessionSettings } from './session.js';

/** What the threads of the engine say to each other. Arrays are transferred, not copied. */

/** What a worker is started with. */
export interface WorkerSettings extends SessionSettings {
  readonly padTokenId: number;
  readonly head: Head;
  readonly choice: OutputChoice;
}

/** Vectors, or the last hidden state. */
export type Wanted = 'vectors' | 'hidden';

export interface BatchMessage {
  readonly kind: 'batch';
  readonly wanted: Wanted;
  /** As in TokenBatch. */
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
  /** Tokens of each text that are left out of the pooling. */
  readonly unpooled: Int32Array;
}

export type ToWorker = BatchMessage | { readonly kind: 'close' };

/** What a worker found in its model. */
export interface ReadyMessage {
  readonly kind: 'ready';
  readonly version: string;
  readonly width: number;
  /** undefined for a model that gives pooled vectors only */
  readonly hiddenWidth?: number;
  /** How many ids the model knows; undefined if that cannot be found out. */
  readonly vocabulary?: number;
  readonly output: UsedOutput;
  readonly fixed: FixedShape;
}

export interface ResultMessage {
  readonly kind: 'result';
  readonly data: Float32Array;
  /** CPU time that the worker's own process has used since its last result; 0 for a thread. */
  readonly cpuMs: number;
}

export type FromWorker = ReadyMessage | ResultMessage | { readonly kind: 'failed'; readonly error: PlainError };
