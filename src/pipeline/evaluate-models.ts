import { join } from 'node:path';
import { cacheFolder, type OnProgress, type TaskOptions } from '../base/index.js';
import { Embedder, type EmbedderOptions } from '../embed/index.js';
import type { EngineChoice } from '../engine/index.js';
import {
  compareResults,
  type EmbedTexts,
  evaluateRetrieval,
  evaluateTask,
  type FileIdentity,
  type Task,
  type TaskComparison,
  type TaskResult,
  taskEmbedder,
} from '../evaluate/index.js';
import { type ModelFiles, openModelFolder } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import { describePrecision } from './describe-precision.js';
import { fileIdentity } from './file-identity.js';
import { openOriginal } from './original.js';

export interface EvaluateOptions extends TaskOptions {
  readonly tasks: readonly Task[];
  /** The original to compare with: a folder or an .onnx file. */
  readonly against?: string;
  /** Which file of the folder. */
  readonly variant?: string;
  readonly tokenizer?: string;
  readonly threads?: number;
  /** Runs the model; an original always runs on ONNX Runtime, in its own precision. */
  readonly engine?: EngineChoice;
  /** Where vectors are kept; false: nowhere. By default in the user's cache folder. */
  readonly cache?: string | false;
  /** Compare retrieval with new queries on the old index, too. */
  readonly asymmetric?: boolean;
}

export interface Evaluation {
  readonly model: FileIdentity;
  readonly results: readonly TaskResult[];
  readonly original?: FileIdentity;
  readonly originalResults?: readonly TaskResult[];
  /** Candidate against original, where there is one. */
  readonly comparisons?: readonly TaskComparison[];
}

/** A model that is about to be evaluated. */
interface Subject {
  readonly files: ModelFiles;
  readonly identity: FileIdentity;
  /** How its vectors are told from others' in the cache. */
  readonly hash: string;
  readonly engine?: EngineChoice;
}

/**
 * Evaluates a model in tasks and, where an original is given, says of every difference whether it is more than noise.
 * Vectors are kept on disk: what was interrupted goes on where it was.
 *
 * @throws what opening and running the models throws; CANCELLED, OUTPUT_NOT_WRITABLE (cache), DATA_INVALID
 */
export async function evaluateModel(path: string, options: EvaluateOptions): Promise<Evaluation> {
  const { tokenizer, variant, against } = options;
  if (against === undefined) {
    const subject = await openSubject(await openModelFolder(path, { tokenizer, variant }), options);
    return { model: subject.identity, results: await evaluateAll(subject, 'the model', options) };
  }
  const original = await openOriginal(against, { tokenizer });
  try {
    const { identity } = original;
    // A widened copy gives other vectors than the file that it was made from.
    const hash = identity.fp32Bytes === undefined ? identity.sha256 : `${identity.sha256} widened`;
    const before = { files: original.runnable, identity, hash };
    const after = await openSubject(await openModelFolder(path, { tokenizer, variant, like: original.files }), options);
    const originalResults = await evaluateAll(before, 'the original', options);
    const results = await evaluateAll(after, after.identity.precision, options);
    const comparisons: TaskComparison[] = [];
    for (const [i, result] of results.entries()) {
      comparisons.push(
        ...(await compareResults(originalResults[i], result, {
          signal: options.signal,
          onProgress: options.onProgress,
        })),
      );
    }
    if (options.asymmetric) {
      comparisons.push(...(await compareOnOldIndex(before, after, originalResults, options)));
    }
    return { model: after.identity, results, original: identity, originalResults, comparisons };
  } finally {
    await original.close();
  }
}

async function openSubject(files: ModelFiles, { engine }: EvaluateOptions): Promise<Subject> {
  const model = await readModel(files.onnxPath);
  const identity = await fileIdentity(model, describePrecision(model).precision);
  return { files, identity, hash: identity.sha256, engine };
}

async function evaluateAll(subject: Subject, name: string, options: EvaluateOptions): Promise<TaskResult[]> {
  await using embedder = await loadSubject(subject, options);
  const embed = embedderOf(embedder, subject, options);
  const results: TaskResult[] = [];
  for (const task of options.tasks) {
    const onProgress = suffixed(options.onProgress, ` with ${name}`);
    results.push(await evaluateTask(task, embed, { signal: options.signal, onProgress }));
  }
  return results;
}

/** Queries of the candidate on documents of the original, against the original alone. */
async function compareOnOldIndex(
  before: Subject,
  after: Subject,
  originalResults: readonly TaskResult[],
  options: EvaluateOptions,
): Promise<TaskComparison[]> {
  await using old = await loadSubject(before, options);
  await using young = await loadSubject(after, options);
  const [embedDocuments, embedQueries] = [embedderOf(old, before, options), embedderOf(young, after, options)];
  const comparisons: TaskComparison[] = [];
  for (const [i, task] of options.tasks.entries()) {
    if (task.kind === 'retrieval') {
      const onProgress = suffixed(options.onProgress, ' on the old index');
      const taskOptions = { signal: options.signal, onProgress };
      const result = await evaluateRetrieval(task, embedQueries, taskOptions, embedDocuments);
      comparisons.push(...(await compareResults(originalResults[i], result, { ...taskOptions, asymmetric: true })));
    }
  }
  return comparisons;
}

function loadSubject({ files, engine }: Subject, { threads }: EvaluateOptions): Promise<Embedder> {
  const embedderOptions: EmbedderOptions = { threads, engine };
  return Embedder.load(files, embedderOptions);
}

function embedderOf(embedder: Embedder, { hash }: Subject, { cache }: EvaluateOptions): EmbedTexts {
  const folder = cache ?? join(cacheFolder(), 'embeddings');
  return taskEmbedder(embedder, folder === false ? undefined : { folder, modelHash: hash });
}

function suffixed(onProgress: OnProgress | undefined, suffix: string): OnProgress | undefined {
  return onProgress && ((event) => onProgress({ ...event, stage: event.stage + suffix }));
}
