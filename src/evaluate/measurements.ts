import type { TaskComparison } from '../tasks/index.js';
import type { BatchEffect } from './batch-effect.js';
import type { Fidelity } from './fidelity.js';

/** A file, so that it can be recognised. */
export interface FileIdentity {
  /** As a person would name it: "onnx/model_int8.onnx". */
  readonly name: string;
  /** External data included. */
  readonly bytes: number;
  /** Hexadecimal; of the ONNX file and, where there is one, its external data. */
  readonly sha256: string;
  /** "fp32", "fp16", "int8", "int4", … */
  readonly precision: string;
}

export interface OriginalIdentity extends FileIdentity {
  /** Bytes with all weights in FP32, where the file itself stores them shorter; size reduction counts from here. */
  readonly fp32Bytes?: number;
}

/** What ran the models. */
export interface EngineIdentity {
  readonly name: string;
  readonly version: string;
  readonly workers: number;
  readonly threadsPerWorker: number;
  /** Why it is not the native engine, where that was the first choice. */
  readonly fallback?: string;
  /** What it computed on, where that was not the CPU. */
  readonly device?: string;
  /** Why it was the CPU, where another device was looked for. */
  readonly deviceFallback?: string;
  /** The output of the graph that vectors were made from, and why that one. */
  readonly output?: { readonly name: string; readonly gives: string; readonly reason: string };
  /** How hidden states became vectors: "mean, scaled to length 1 (modules.json)". */
  readonly pooling?: string;
}

/** What was embedded. */
export interface TextsIdentity {
  readonly count: number;
  /** Hexadecimal, of the texts in their order. */
  readonly sha256: string;
  /** As a person would name it: "octavec's verification texts", "my-texts.jsonl". */
  readonly source: string;
  /** How many are longer than `maxTokens`: of these the candidate read only the beginning. */
  readonly truncated?: number;
  /** What the candidate reads of a text, special tokens included. */
  readonly maxTokens?: number;
  /** The same of the original, which may read more or less of a text. */
  readonly original?: Reading;
}

/** How much of texts a model reads. */
export interface Reading {
  /** Texts that are longer than `maxTokens`. */
  readonly truncated: number;
  readonly maxTokens: number;
}

/** How a model ran over the texts. */
export interface RunFigures {
  /** Texts per second, tokenizing included. */
  readonly textsPerSecond?: number;
  /** Largest resident memory of the process that ran it. */
  readonly peakBytes?: number;
}

/** What a second engine makes of a candidate. */
export interface OtherEngine {
  readonly engine: EngineIdentity;
  readonly batchEffect?: BatchEffect;
  /** Of some of the texts, evenly spaced among all; it counts them. Examples are those of the first engine. */
  readonly fidelity: Fidelity;
}

/** Everything that was measured about a candidate that makes vectors. */
export interface Measurements {
  readonly schema: 1;
  /** "octavec 0.1.0" */
  readonly tool: string;
  /** The candidate's file. */
  readonly file: FileIdentity;
  /** The original's file. */
  readonly original: OriginalIdentity;
  /** Everything needed to make the file again, as it is stored in the file's metadata. */
  readonly recipe?: unknown;
  /** What ran the candidate. */
  readonly engine: EngineIdentity;
  /** Of the candidate. */
  readonly batchEffect?: BatchEffect;
  /** The texts that both embedded. */
  readonly texts: TextsIdentity;
  /** How close the candidate's vectors are to the original's. */
  readonly fidelity: Fidelity;
  /** The same file in the engine that others run it with. Every gate holds there, too. */
  readonly alsoOn?: OtherEngine;
  /** Of the candidate. */
  readonly run?: RunFigures;
  /** Of the original, under the same conditions. */
  readonly originalRun?: RunFigures;
  /** Candidate against original in tasks. */
  readonly tasks?: readonly TaskComparison[];
}
