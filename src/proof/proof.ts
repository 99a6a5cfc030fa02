import { renamed, version } from '../base/index.js';
import { Embedder, type EmbedOptions, embedOrRecall } from '../embed/index.js';
import {
  type FileIdentity,
  type Measurements,
  measureBatchEffect,
  measureFidelity,
  type OtherEngine,
  type Reading,
} from '../evaluate/index.js';
import { textsHash } from '../files/index.js';
import { chosenRows, evenlySpaced, type Matrix } from '../numbers/index.js';
import type { TaskResult } from '../tasks/index.js';
import type { Candidate } from './candidate.js';
import { asOriginalError, type Original, vectorsHash } from './original.js';
import { type ProofTexts, proofTextsOf } from './proof-texts.js';
import { compareTasks, evaluateCandidate, evaluateOriginal, type TaskRun } from './tasks.js';

export interface ProofOptions extends TaskRun {
  /** What original and candidates embed; octavec's verification texts by default. */
  readonly texts?: ProofTexts;
  /** Keep the vectors of these texts in the cache, too. */
  readonly keepsVectors?: boolean;
}

/** What candidates are compared with: all that was found out about an original. */
export interface Proof {
  readonly original: Original;
  readonly texts: ProofTexts;
  /** What the original made of the texts, [texts × width]. */
  readonly vectors: Matrix;
  readonly reading: Reading;
  /** What it reached in the tasks. */
  readonly taskResults: readonly TaskResult[];
  readonly options: ProofOptions;
}

/**
 * Begins a proof: embeds the texts with the original, and evaluates it in the tasks, once for all candidates. Models
 * are opened one after the other, so that two never share the memory.
 *
 * @throws ORIGINAL_NOT_FINITE, and what running the original throws; CANCELLED
 */
export async function openProof(original: Original, options: ProofOptions): Promise<Proof> {
  const texts = await proofTextsOf(options.texts);
  const { vectors, reading } = await embedWithOriginal(original, texts, options);
  const taskResults = options.tasks?.length ? await evaluateOriginal(original, options) : [];
  return { original, texts, vectors, reading, taskResults, options };
}

/**
 * Compares a candidate with the original: what it makes of the texts and, where there are some, what it reaches in the
 * tasks.
 *
 * @throws what running the candidate throws; NOT_COMPARABLE, CANCELLED
 */
export async function prove(proof: Proof, candidate: Candidate): Promise<Measurements> {
  const measured = await compareVectors(proof, candidate);
  const { options, taskResults } = proof;
  if (taskResults.length === 0) {
    return measured;
  }
  const results = await evaluateCandidate(candidate, candidate.identity.precision, options);
  return { ...measured, tasks: await compareTasks(taskResults, results, options) };
}

async function embedWithOriginal(
  original: Original,
  { texts, source }: ProofTexts,
  options: ProofOptions,
): Promise<Pick<Proof, 'vectors' | 'reading'>> {
  const { threads, signal, onProgress, onNote } = options;
  await using embedder = await Embedder.load(original.runnable, { threads, onNote, engine: 'onnxruntime' });
  const embedding = { signal, onProgress: renamed(onProgress, 'Embedding with the original') };
  const vectors = await embedAll(embedder, texts, embedding, options, vectorsHash(original)).catch((error: unknown) => {
    throw asOriginalError(error, original, `texts of ${source}`);
  });
  return { vectors, reading: await readingOf(embedder, texts, signal) };
}

async function compareVectors(proof: Proof, candidate: Candidate): Promise<Measurements> {
  const { original, texts, options } = proof;
  const { files, identity, engine: wanted = 'auto', device, recipe } = candidate;
  const { threads, signal } = options;
  await using embedder = await Embedder.load(files, { threads, engine: wanted, device });
  const vectors = await embedAll(embedder, texts.texts, embedding(proof, candidate), options, identity.sha256);
  const { engine } = embedder;
  return {
    schema: 1,
    tool: `octavec ${version}`,
    // A file that several engines run is a candidate with each of them.
    file: wanted !== 'auto' && engine.name.startsWith('native') ? inEngine(identity, engine.name) : identity,
    original: original.identity,
    recipe,
    engine: { ...engine, pooling: poolingOf(embedder) },
    batchEffect: await measureBatchEffect(embedder, texts.texts, vectors, signal),
    texts: {
      count: texts.texts.length,
      sha256: textsHash(texts.texts),
      source: texts.source,
      ...(await readingOf(embedder, texts.texts, signal)),
      ...(!candidate.readsAsOriginal && { original: proof.reading }),
    },
    fidelity: await measureFidelity(proof.vectors, vectors, { texts: texts.texts, signal }),
    ...(wanted === 'auto' && engine.name === 'native' && { alsoOn: await measureElsewhere(proof, candidate) }),
  };
}

function inEngine(identity: FileIdentity, engine: string): FileIdentity {
  return { ...identity, name: `${identity.name} (${engine})` };
}

/** Texts that a second engine embeds: it is there to show that the file works in both. */
const textsElsewhere = 256;

/**
 * Measures with ONNX Runtime a file that octavec runs natively here: other machines and other programs will run it so.
 */
async function measureElsewhere(proof: Proof, candidate: Candidate): Promise<OtherEngine> {
  const { threads, signal } = proof.options;
  const places = evenlySpaced(proof.texts.texts.length, textsElsewhere);
  const texts = places.map((i) => proof.texts.texts[i]);
  await using embedder = await Embedder.load(candidate.files, { threads, engine: 'onnxruntime' });
  const vectors = await embedder.embed(texts, embedding(proof, candidate));
  const fidelity = await measureFidelity(chosenRows(proof.vectors, places), vectors, { signal });
  const batchEffect = await measureBatchEffect(embedder, texts, vectors, signal);
  return {
    engine: { ...embedder.engine, pooling: poolingOf(embedder) },
    batchEffect,
    fidelity: { ...fidelity, worst: [], samples: { cosines: [], similarities: [] } },
  };
}

function embedding({ options }: Proof, { identity }: Candidate): EmbedOptions {
  return {
    // A candidate that gives NaN is for the gate to refuse.
    onError: 'skip',
    signal: options.signal,
    onProgress: renamed(options.onProgress, `Embedding with ${identity.precision}`),
  };
}

/** Describes how hidden states became vectors; undefined where the graph itself gives vectors. */
function poolingOf({ model: { head, headSource }, engine }: Embedder): string | undefined {
  if (engine.output?.gives === 'vectors') {
    return undefined;
  }
  const length = head.normalize ? 'scaled to length 1' : 'not scaled';
  return `${head.pooling.join(' and ')}, ${length}${headSource ? ` (${headSource.name})` : ''}`;
}

function embedAll(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedOptions,
  { cache, keepsVectors }: ProofOptions,
  modelHash: string,
): Promise<Matrix> {
  return cache && keepsVectors
    ? embedOrRecall(embedder, { ...cache, modelHash }, texts, options)
    : embedder.embed(texts, options);
}

async function readingOf(embedder: Embedder, texts: readonly string[], signal?: AbortSignal): Promise<Reading> {
  const { maxTokens } = embedder;
  const { lengths } = await embedder.tokenize(texts, { signal });
  return { truncated: lengths.filter((length) => length > maxTokens).length, maxTokens };
}
