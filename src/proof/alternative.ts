import { version } from '../base/index.js';
import { Embedder, type EmbedderOptions, type EmbedOptions } from '../embed/index.js';
import {
  type EngineIdentity,
  type FileIdentity,
  type Likeness,
  measureLikeness,
  type OriginalIdentity,
  type RunFigures,
  type Verdict,
} from '../evaluate/index.js';
import type { ModelFiles } from '../model/index.js';
import type { TaskComparison } from '../tasks/index.js';
import type { Candidate } from './candidate.js';
import type { Original } from './original.js';
import type { Proof } from './proof.js';
import { compareTasks, evaluateCandidate } from './tasks.js';

/**
 * What was measured about a model of another kind in the original's place: a static model beside an encoder, or an encoder with
 * vectors of another length. Its vectors are its own, so what counts is what it reaches in tasks.
 */
export interface Alternative {
  readonly schema: 1;
  /** "octavec 0.1.0" */
  readonly tool: string;
  readonly file: FileIdentity;
  readonly original: OriginalIdentity;
  readonly kind: 'static' | 'encoder';
  /** Length of a vector. */
  readonly width: number;
  readonly engine: EngineIdentity;
  readonly likeness: Likeness;
  /** Against the original. */
  readonly tasks: readonly TaskComparison[];
  readonly run?: RunFigures;
  readonly originalRun?: RunFigures;
  /** Of the gate "static", or of one that was asked for; undefined for encoders without one. */
  readonly verdict?: Verdict;
}

/**
 * Returns a test that tells whether a candidate's vectors can have nothing in common with the original's: one of the two is a
 * static model, or they differ in length. The original is loaded once at most, for the length of its vectors.
 *
 * The test throws what loading the models throws.
 */
export function otherKindThan(original: Original): (candidate: Candidate) => Promise<boolean> {
  let originalWidth: Promise<number> | undefined;
  return async (candidate) => {
    if (isStatic(candidate) !== isStatic(original)) {
      return true;
    }
    const { files, engine, device } = candidate;
    // What stands in the original's own folder was made of it.
    if (files.folder === undefined || files.folder === original.files.folder) {
      return false;
    }
    const width = await widthOf(files, { engine, device });
    originalWidth ??= widthOf(original.runnable, { engine: 'onnxruntime' });
    return width !== (await originalWidth);
  };
}

async function widthOf(files: ModelFiles, options: EmbedderOptions): Promise<number> {
  await using embedder = await Embedder.load(files, options);
  return embedder.width;
}

/**
 * Compares a model of another kind with the original: how alike they order the texts of the proof, and what it reaches in the
 * tasks.
 *
 * @throws what running the candidate throws; CANCELLED
 */
export async function proveAlternative(proof: Proof, candidate: Candidate): Promise<Alternative> {
  const { original, texts, vectors, taskResults, options } = proof;
  const { files, identity, engine, device } = candidate;
  const { threads, signal, onProgress } = options;
  await using embedder = await Embedder.load(files, { threads, engine, device });
  const embedding: EmbedOptions = {
    // A candidate that gives NaN is for the gate to refuse.
    onError: 'skip',
    signal,
    onProgress: onProgress && ((event) => onProgress({ ...event, stage: `Embedding with ${identity.name}` })),
  };
  const likeness = await measureLikeness(vectors, await embedder.embed(texts.texts, embedding), { signal });
  const results = await evaluateCandidate(candidate, identity.name, options);
  const tasks = await compareTasks(taskResults, results, options);
  return {
    schema: 1,
    tool: `octavec ${version}`,
    file: identity,
    original: original.identity,
    kind: isStatic(candidate) ? 'static' : 'encoder',
    width: embedder.width,
    engine: embedder.engine,
    likeness,
    tasks,
  };
}

function isStatic({ files }: Pick<Candidate | Original, 'files'>): boolean {
  return files.staticReading !== undefined;
}
