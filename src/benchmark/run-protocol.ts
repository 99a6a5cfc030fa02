import type { ErrorCode, ErrorDetails } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import type { ProcessMemory } from './process-memory.js';

/** What the process that measures a model is told. */
export type ToRunner =
  | { readonly kind: 'load'; readonly model: ModelFiles; readonly options: EmbedderOptions }
  | RunMessage
  | { readonly kind: 'memory' }
  | { readonly kind: 'finish' };

export interface RunMessage {
  readonly kind: 'run';
  /** Texts of one call each; the calls come one after the other, again and again. */
  readonly calls: readonly (readonly string[])[];
  /** No call is begun after this time, but all of them are made once if it is 0. */
  readonly seconds: number;
}

export interface RunTimes {
  readonly texts: number;
  readonly seconds: number;
  /** CPU time of the whole process meanwhile. */
  readonly cpuSeconds: number;
  /** How long each call took. */
  readonly callMs: Float64Array;
}

/** What it answers, one answer to each message. */
export type FromRunner =
  | { readonly kind: 'loaded'; readonly seconds: number; readonly engine: EngineDescription }
  | ({ readonly kind: 'ran' } & RunTimes)
  | ({ readonly kind: 'memory' } & ProcessMemory)
  | { readonly kind: 'finished'; readonly peakBytes: number }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Of octavec's own errors. */
      readonly error?: { readonly code: ErrorCode; readonly details: ErrorDetails<ErrorCode> };
    };
