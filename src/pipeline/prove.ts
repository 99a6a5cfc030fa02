import { type Matrix, type OnProgress, type TaskOptions, textsHash, version } from '../base/index.js';
import type { RunMeasurement } from '../bench/index.js';
import { Embedder, type EmbedderOptions } from '../embed/index.js';
import {
  type Evidence,
  type FileIdentity,
  type Gate,
  judge,
  measureBatchEffect,
  measureFidelity,
} from '../evaluate/index.js';
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
): Promise<{ readonly vectors: Matrix; readonly engine: Evidence['engine'] }> {
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
  readonly gate: Gate;
}

/** Embeds with the candidate, compares with the original's vectors and holds the result against the gate. */
export async function prove(proof: Proof, options: EmbedderOptions & TaskOptions): Promise<Evidence> {
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
  const evidence: Evidence = {
    schema: 1,
    tool: `octavec ${version}`,
    file: identity,
    original: original.identity,
    recipe: proof.recipe,
    engine: embedder.engine,
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
  return { ...evidence, verdict: judge(evidence, proof.gate) };
}

/** The evidence with the figures of a run, judged again. */
export function withRuns(
  evidence: Evidence,
  gate: Gate,
  original: RunMeasurement,
  candidate: RunMeasurement,
): Evidence {
  const figures = ({ textsPerSecond, peakBytes }: RunMeasurement) => ({ textsPerSecond, peakBytes });
  const complete = { ...evidence, run: figures(candidate), originalRun: figures(original) };
  return { ...complete, verdict: judge(complete, gate) };
}

function renamed(onProgress: OnProgress | undefined, stage: string): OnProgress | undefined {
  return onProgress && ((event) => onProgress({ ...event, stage }));
}
