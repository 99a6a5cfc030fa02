import type { EngineChoice, EngineDescription } from '../engine/index.js';
import type { HostFacts } from '../host/index.js';
import type { Latency, Spread } from './spread.js';

/** What `benchmark` found: plain data, fit for JSON. */
export interface Benchmark {
  /** Version of octavec. */
  readonly version: string;
  /** ISO 8601 */
  readonly date: string;
  /** The machine, and what else was going on. */
  readonly conditions: BenchConditions;
  /** In the order in which they were given. */
  readonly results: readonly SubjectResult[];
  /** What could not be measured, and why. */
  readonly unusable: readonly { readonly name: string; readonly why: string }[];
  /** What makes the figures less sure, a sentence each. */
  readonly notes: readonly string[];
}

export interface BenchConditions {
  readonly host: HostFacts;
  readonly node: string;
  /** Rounds that count, of each measurement. */
  readonly rounds: number;
  /** Where the mixed corpus comes from. */
  readonly mixedSource: string;
  readonly mixedTexts: number;
  /** CPUs' worth of time that the measured processes were limited to for this run. */
  readonly cpuLimit?: number;
  /** Time that the measured processes stood still for a quota, summed over CPUs; undefined without control groups. */
  readonly throttledSeconds?: number;
  /** Share of the CPUs' time that the host of this virtual machine gave to others; undefined where it is not told. */
  readonly stolenShare?: number;
  /** Runnable tasks at the start, averaged over a minute, before anything was measured. */
  readonly loadBefore: number;
  readonly seconds: number;
}

export interface SubjectResult {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly engine: EngineDescription;
  /** What was asked for. */
  readonly engineChoice: EngineChoice;
  readonly start: {
    /** From starting a process to the first vector, the file being in the page cache. */
    readonly coldSeconds: Spread;
    /** Of that, loading model and tokenizer. */
    readonly loadSeconds: Spread;
  };
  /** After all runs. */
  readonly memory: BenchMemory;
  /** Single texts, one after the other. */
  readonly latency: readonly ({ readonly tokens: number } & Latency)[];
  /** Texts per second by texts in a call and tokens in a text. */
  readonly throughput: readonly { readonly texts: number; readonly tokens: number; readonly perSecond: Spread }[];
  /** All texts of the mixed corpus in one call. */
  readonly mixed: {
    readonly perSecond: Spread;
    /** Of each round, for comparisons with the same round of another subject. */
    readonly rounds: readonly number[];
    /** CPUs that were busy on average. */
    readonly cpus: number;
  };
  readonly pools: readonly PoolResult[];
}

export interface BenchMemory {
  readonly residentBytes: number;
  /** Shared pages by their share; undefined where the system does not tell. */
  readonly proportionalBytes?: number;
  /** The most that was ever resident. */
  readonly peakBytes: number;
}

/** A pool of so many workers over the mixed corpus. */
export interface PoolResult {
  readonly workers: number;
  readonly threadsPerWorker: number;
  readonly perSecond: Spread;
  readonly memory: BenchMemory;
}
