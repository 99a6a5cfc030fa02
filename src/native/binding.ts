import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { codeOf, reasonOf } from '../base/index.js';
import type { NativeTensorType } from './description-format.js';

/** A model in native memory, shared by all threads of the process that ask for the same key. */
export interface NativeModel {
  readonly width: number;
  readonly hiddenWidth: number;
  readonly vocabulary: number;
  readonly maxTokens: number;
  /** Memory that the weights take. */
  readonly bytes: number;
  /** Name of the instruction set that runs it. */
  readonly isa: string;
}

declare const sessionTag: unique symbol;
export interface NativeSession {
  readonly [sessionTag]: true;
}
/** The number of a job within its session. */
export type NativeJob = number;

export interface NativeTensor {
  readonly type: NativeTensorType;
  readonly rows: number;
  readonly columns: number;
  /** Raw little-endian numbers, row after row. */
  readonly data: Uint8Array;
}

/** What native/node/binding.cpp gives. */
export interface NativeBinding {
  /** Name of the instruction set in use; undefined if OCTAVEC_ISA names one that this machine does not have. */
  readonly isa: string | undefined;
  findModel(key: string): NativeModel | undefined;
  loadModel(key: string, words: Int32Array, tensors: readonly NativeTensor[]): Promise<NativeModel>;
  /** Maps a model that writeModel has packed into a file, on a machine like this one. */
  mapModel(key: string, path: string, bf16: boolean): Promise<NativeModel>;
  /** Packs a model into a file, on the calling thread. */
  writeModel(model: NativeModel, path: string): void;
  /** Gives back the object's share of the model, which goes with the last one. */
  releaseModel(model: NativeModel): void;
  openSession(model: NativeModel, threads: number): NativeSession;
  /** Runs a batch. `out` must not be touched until the promise is settled; ids and offsets are copied. */
  run(
    session: NativeSession,
    ids: Int32Array,
    offsets: Int32Array,
    unpooledTokens: number,
    wantHidden: 0 | 1,
    out: Float32Array,
  ): [Promise<void>, NativeJob];
  cancel(session: NativeSession, job: NativeJob): void;
  closeSession(session: NativeSession): void;
  /** Maps a file's bytes, which processes share. The file must not be shortened while they are in use. */
  mapFile(path: string): ArrayBuffer;
  /**
   * Computes the same as `averageRows` of room static, on another thread. Its arrays must not change before it is done.
   */
  averageRows(
    rows: Uint8Array,
    type: NativeTensorType,
    columns: number,
    scales: Float32Array | undefined,
    weights: Float32Array | undefined,
    mapping: Int32Array | undefined,
    ids: Int32Array,
    offsets: Int32Array,
    normalize: boolean,
    out: Float32Array,
  ): Promise<void>;
  /** Gives memory that was freed, and that the C library keeps for later, back to the system. */
  trimMemory(): void;
  /**
   * Finds the rows that are most like a vector, in rising order, and their scores: the `top` best and those that score
   * at most `margin` less. None of the arrays may be changed before the promise is settled.
   */
  scanRows(
    rows: Float32Array | Int8Array | Uint8Array,
    scales: Float32Array | undefined,
    query: Float32Array | Int8Array | Uint8Array,
    queryScale: number,
    allowed: Uint8Array | undefined,
    columns: number,
    top: number,
    margin: number,
    threads: number,
  ): Promise<[Uint32Array, Float32Array]>;
}

/** From src/native as from dist/native. */
const builtHere = fileURLToPath(new URL('../../build/native/octavec.node', import.meta.url));

/** Packages with ready-made binaries, one for each platform. */
const packaged = `@octavec/native-${process.platform}-${process.arch}`;

const load = createRequire(import.meta.url);

export interface LoadedBinding {
  readonly binding: NativeBinding;
  /** Tells this binary from others: what one has packed is for itself. */
  readonly build: string;
}

let loaded: LoadedBinding | { readonly reason: string } | undefined;

/** Loads the native engine once: what was built in this checkout, or the platform's package. */
export function loadBinding(): LoadedBinding | { readonly reason: string } {
  loaded ??= firstThatLoads([builtHere, packaged]);
  return loaded;
}

function firstThatLoads(paths: readonly string[]): LoadedBinding | { readonly reason: string } {
  const problems: string[] = [];
  for (const path of paths) {
    try {
      const binding = load(path) as NativeBinding;
      return binding.isa === undefined
        ? { reason: `OCTAVEC_ISA asks for "${process.env.OCTAVEC_ISA}", which this machine does not have` }
        : { binding, build: buildOf(path) };
    } catch (error) {
      if (codeOf(error) !== 'MODULE_NOT_FOUND') {
        problems.push(reasonOf(error));
      }
    }
  }
  return { reason: problems[0] ?? whyMissing() };
}

/** An installed package cannot build the engine: it has no sources of it. */
function whyMissing(): string {
  const isCheckout = existsSync(new URL('../../scripts/build-native.mjs', import.meta.url));
  return isCheckout
    ? 'the native engine is not built here (npm run build:native needs a C++ compiler)'
    : `the native engine is not here: the package ${packaged} is not installed`;
}

function buildOf(path: string): string {
  const { size, mtimeMs } = statSync(load.resolve(path));
  return `${size}-${mtimeMs}`;
}

/** Gives freed memory back to the system after a model is closed. Without the native engine, the C library keeps it. */
export function returnFreedMemory(): void {
  const found = loadBinding();
  if ('binding' in found) {
    found.binding.trimMemory();
  }
}
