import { type OnProgress, type TaskOptions, version } from '../base/index.js';
import type { RunMeasurement } from '../benchmark/index.js';
import { type CacheOptions, Embedder, type EmbedderOptions, type EmbedOptions, embedOrRecall } from '../embed/index.js';
import {
  type FileIdentity,
  type Measurements,
  measureBatchEffect,
  measureFidelity,
  type Reading,
} from '../evaluate/index.js';
import { textsHash } from '../files/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import type { Original } from './original.js';

/** The texts that both sides embed. */
export interface ProofTexts {
  readonly texts: readonly string[];
  /** As a person would name them. */
  readonly source: string;
}

/** What a model made of the texts. */
export interface Embedded {
  readonly vectors: Matrix;
  readonly engine: Measurements['engine'];
  readonly reading: Reading;
}

/** Where vectors are kept, and what those of this model are known by. */
export type KeptVectors = CacheOptions | undefined;

/** Embeds texts with a model that is opened for that alone, so that two models never share the memory. */
export async function embedOnce(
  model: ModelFiles,
  name: string,
  { texts }: ProofTexts,
  options: EmbedderOptions & TaskOptions,
  kept?: KeptVectors,
): Promise<Embedded> {
  const { onProgress, signal, ...embedderOptions } = options;
  await using embedder = await Embedder.load(model, embedderOptions);
  const embedding = { signal, onProgress: renamed(onProgress, `Embedding with ${name}`) };
  const vectors = await embedAll(embedder, texts, embedding, kept);
  return { vectors, engine: embedder.engine, reading: await readingOf(embedder, texts, signal) };
}

export interface Proof {
  readonly original: Original;
  readonly originalVectors: Matrix;
  /** Where the candidate may read more or less of a text than the original. */
  readonly originalReading?: Reading;
  readonly candidate: ModelFiles;
  readonly identity: FileIdentity;
  readonly recipe?: unknown;
  readonly texts: ProofTexts;
  /** Of the candidate. */
  readonly kept?: KeptVectors;
}

/** Embeds with the candidate and compares with the original's vectors. */
export async function prove(proof: Proof, options: EmbedderOptions & TaskOptions): Promise<Measurements> {
  const { original, candidate, identity, texts, originalReading } = proof;
  const { onProgress, signal, ...embedderOptions } = options;
  await using embedder = await Embedder.load(candidate, embedderOptions);
  const embedding = { signal, onProgress: renamed(onProgress, `Embedding with ${identity.precision}`) };
  const vectors = await embedAll(embedder, texts.texts, embedding, proof.kept);
  const batchEffect = await measureBatchEffect(embedder, texts.texts, vectors, signal);
  const fidelity = await measureFidelity(proof.originalVectors, vectors, {
    texts: texts.texts,
    signal,
  });
  const engine = embedder.engine;
  return {
    schema: 1,
    tool: `octavec ${version}`,
    // A file that several engines run is a candidate with each of them.
    file: engine.name === 'onnxruntime' ? identity : { ...identity, name: `${identity.name} (${engine.name})` },
    original: original.identity,
    recipe: proof.recipe,
    engine,
    batchEffect,
    texts: {
      count: texts.texts.length,
      sha256: textsHash(texts.texts),
      source: texts.source,
      ...(await readingOf(embedder, texts.texts, signal)),
      ...(originalReading && { original: originalReading }),
    },
    fidelity,
  };
}

function embedAll(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedOptions,
  kept: KeptVectors,
): Promise<Matrix> {
  return kept === undefined ? embedder.embed(texts, options) : embedOrRecall(embedder, kept, texts, options);
}

async function readingOf(embedder: Embedder, texts: readonly string[], signal?: AbortSignal): Promise<Reading> {
  const { maxTokens } = embedder;
  const { lengths } = await embedder.tokenize(texts, { signal });
  return { truncated: lengths.filter((length) => length > maxTokens).length, maxTokens };
}

/** What was measured, with the figures of a run. */
export function withRuns(measured: Measurements, original: RunMeasurement, candidate: RunMeasurement): Measurements {
  const figures = ({ textsPerSecond, peakBytes }: RunMeasurement) => ({ textsPerSecond, peakBytes });
  return { ...measured, run: figures(candidate), originalRun: figures(original) };
}

/** Texts of a speed round: enough for every length, few enough that a round takes seconds. */
const benchTextCount = 64;

/** The texts that speed is measured with, from all over the list. */
export function benchTexts(texts: readonly string[]): string[] {
  return evenlyChosen(texts, benchTextCount);
}

/** `count` of the items, from all over the list. */
export function evenlyChosen<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, count);
}

function renamed(onProgress: OnProgress | undefined, stage: string): OnProgress | undefined {
  return onProgress && ((event) => onProgress({ ...event, stage }));
}
