import { type Matrix, type OnProgress, type TaskOptions, textsHash, version } from '../base/index.js';
import type { RunMeasurement } from '../bench/index.js';
import { Embedder, type EmbedderOptions } from '../embed/index.js';
import { type FileIdentity, type Measurements, measureBatchEffect, measureFidelity } from '../evaluate/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Original } from './original.js';

/** The texts that both sides embed. */
export interface ProofTexts {
  readonly texts: readonly string[];
  /** As a person would name them. */
  readonly source: string;
}

/** Embeds texts with a model that is opened for that alone, so that two models never share the memory. */
export async function embedOnce(
  model: ModelFiles,
  name: string,
  { texts }: ProofTexts,
  options: EmbedderOptions & TaskOptions,
): Promise<{ readonly vectors: Matrix; readonly engine: Measurements['engine'] }> {
  const { onProgress, signal, ...embedderOptions } = options;
  await using embedder = await Embedder.load(model, embedderOptions);
  const vectors = await embedder.embed(texts, { signal, onProgress: renamed(onProgress, `Embedding with ${name}`) });
  return { vectors, engine: embedder.engine };
}

export interface Proof {
  readonly original: Original;
  readonly originalVectors: Matrix;
  readonly candidate: ModelFiles;
  readonly identity: FileIdentity;
  readonly recipe?: unknown;
  readonly texts: ProofTexts;
}

/** Embeds with the candidate and compares with the original's vectors. */
export async function prove(proof: Proof, options: EmbedderOptions & TaskOptions): Promise<Measurements> {
  const { original, candidate, identity, texts } = proof;
  const { onProgress, signal, ...embedderOptions } = options;
  await using embedder = await Embedder.load(candidate, embedderOptions);
  const stage = `Embedding with ${identity.precision}`;
  const vectors = await embedder.embed(texts.texts, { signal, onProgress: renamed(onProgress, stage) });
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
      truncated: vectors.truncated,
      maxTokens: embedder.maxTokens,
    },
    fidelity,
  };
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
