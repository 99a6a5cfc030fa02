import { mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import {
  checkOptions,
  formatCount,
  type Location,
  OctavecError,
  pathOf,
  throwIfCancelled,
  version,
} from '../base/index.js';
import { Embedder } from '../embed/index.js';
import { asOutputError, checkVacant, openStaging, textsHash } from '../files/index.js';
import { cpuBudget, readHostFacts } from '../host/index.js';
import { type ModelFiles, openModelFolder, overridesOf } from '../model/index.js';
import { evenlySpaced, type Matrix } from '../numbers/index.js';
import { AlgebraThreads } from './algebra.js';
import { bagsOf } from './bags.js';
import { type DistillOptions, distillOptionChecks, type TablePrecision } from './distill-options.js';
import { piecesOf } from './pieces.js';
import type { Axes } from './principal-axes.js';
import { sifWeights } from './sif-weights.js';
import { studentTokens } from './student-tokens.js';
import { tableShape } from './table-size.js';
import { openTeacherCache } from './teacher-cache.js';
import { teacherVectors } from './teacher-vectors.js';
import { tokenVectors } from './token-vectors.js';
import { type Tuned, tune } from './tune.js';
import { embeddedTexts } from './tuning-texts.js';
import { readVocabulary, type StudentVocabulary } from './vocabulary.js';
import { writeStaticModel } from './write-static-model.js';

/** A static model, and how it was made. */
export interface Distillation {
  /** The folder that was written. */
  readonly folder: string;
  /** Its name, and where it lies. */
  readonly teacher: string;
  /** The teacher's ONNX file. */
  readonly teacherPath: string;
  /** Rows of the table. */
  readonly tokens: number;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Number type of the table. */
  readonly precision: TablePrecision;
  /** Of the table's file. */
  readonly bytes: number;
  /** Undefined where it was not tuned. */
  readonly tuning?: Omit<Tuned, 'vectors'> & { readonly texts: number; readonly source: 'embedded' | 'given' };
  /** How long it took. */
  readonly seconds: number;
}

/** More bring little, and take hours and gigabytes. */
const mostPieces = 200_000;

/**
 * Distils a static model from an embedding model: a vector for each token of its vocabulary, so that the mean over a text's
 * tokens comes near to what the teacher makes of the text. Hundreds of times as fast as the teacher, and less exact.
 *
 * @param teacher model folder in Hugging Face layout
 * @throws TEACHER_UNFIT, USAGE, OUTPUT_NOT_WRITABLE, DISK_FULL, TOKENIZER_INVALID, CANCELLED, and what opening and running the teacher
 *   throws
 * @example
 * ```ts
 * const { tuning } = await distill('./all-MiniLM-L6-v2', { output: './minilm-static', texts: documents });
 * console.log(tuning?.heldOut?.after.topKOverlap);
 * ```
 */
export async function distill(teacher: Location, options: DistillOptions): Promise<Distillation> {
  checkOptions(options, distillOptionChecks);
  const start = performance.now();
  const { texts = 'embedded', threads, signal, onProgress } = options;
  const output = resolve(pathOf('output', options.output));
  await checkVacant(output);
  const files = await openModelFolder(teacher, {
    ...overridesOf({ ...options, output: undefined }),
    variant: options.variant,
  });
  if (files.staticReading !== undefined) {
    throw new OctavecError('TEACHER_UNFIT', { path: files.onnxPath, why: 'it is a static model itself' });
  }
  const all = texts === 'none' ? [] : piecesOf(texts === 'embedded' ? await embeddedTexts() : texts);
  const pieces = evenlySpaced(all.length, mostPieces).map((i) => all[i]);
  if (pieces.length < all.length) {
    options.onNote?.(
      `of ${formatCount(all.length)} pieces of texts, ${formatCount(pieces.length)} are used, evenly spaced`,
    );
  }
  if (texts !== 'none' && pieces.length === 0) {
    throw new OctavecError('USAGE', {
      problem: 'There is no text to tune the model on',
      hint: 'Give some texts, or `texts: none`.',
    });
  }
  const staging = await openStaging(output);
  try {
    const folder = join(staging.folder, 'model');
    await mkdir(folder);
    const budget = cpuBudget(await readHostFacts());
    const algebra = new AlgebraThreads(files.onnxPath, threads ?? budget.threads, signal);
    const { student, ids, width } = await vocabularyOf(files, options);
    const { dimensions, precision } = tableShape(ids.length, width, options);
    const cache = await openTeacherCache(files.onnxPath, options);
    const alone = await tokenVectors(files, ids, cache, { threads, signal, onProgress });
    throwIfCancelled(signal, 'distilling');
    const read = async (stage: readonly string[]) => ({
      ids: await studentTokens(staging.folder, student, stage, signal),
      vectors: await teacherVectors(files, stage, cache, options),
    });
    const own = pieces.length === 0 ? undefined : await read(pieces);
    // Texts of one's own come second: what they do not say, octavec's have said.
    const isGeneral = own !== undefined && texts !== 'embedded' && options.embeddedFirst !== false;
    const general = isGeneral ? await read(piecesOf(await embeddedTexts())) : undefined;
    const axes = await algebra.axes(own?.vectors ?? alone, dimensions, own === undefined);
    const plain = withoutUnknown(await weighted(alone, axes, algebra), student.unknownId);
    let tuned: Tuned | undefined;
    for (const stage of [general, own]) {
      if (stage !== undefined) {
        const targets = await algebra.turn(stage.vectors, axes);
        const start = { ...plain, data: tuned?.vectors ?? plain.data };
        tuned = await tune({ bags: bagsOf(stage.ids, ids.length), targets }, start, algebra, {
          isLast: stage === own,
          signal,
          onProgress,
        });
      }
    }
    const vectors = withoutUnknown({ ...plain, data: tuned?.vectors ?? plain.data }, student.unknownId);
    const name = basename(files.folder ?? files.onnxPath);
    await writeStaticModel(folder, {
      ...{ vectors, precision, tokenizer: student.json, unknownToken: student.unknownToken },
      paddingToken: student.paddingToken,
      facts: {
        ...{ teacher: name, made: sentenceOf(name, tuned, pieces.length, texts), version },
        ...(tuned && { texts: pieces.length, textsHash: textsHash(pieces), ridge: tuned.ridge }),
      },
    });
    await rmdir(output).catch(() => undefined);
    await rename(folder, output);
    const bytes = (await stat(join(output, 'model.safetensors'))).size;
    const { vectors: _, ...told } = tuned ?? { vectors: undefined };
    const source = texts === 'embedded' ? 'embedded' : 'given';
    return {
      ...{
        folder: output,
        teacher: name,
        teacherPath: files.folder ?? files.onnxPath,
        tokens: ids.length,
        dimensions,
        precision,
        bytes,
      },
      ...(tuned && { tuning: { ...(told as Omit<Tuned, 'vectors'>), texts: pieces.length, source } }),
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    throw error instanceof OctavecError ? error : asOutputError(error, output);
  } finally {
    await staging.discard();
  }
}

async function vocabularyOf(files: ModelFiles, { words = [], signal }: DistillOptions): Promise<StudentVocabulary> {
  await using teacher = await Embedder.load(files, { signal });
  return await readVocabulary(teacher, words);
}

/** Turns token vectors along the axes, and weights each by how rare its token is. */
async function weighted(alone: Matrix, axes: Axes, algebra: AlgebraThreads): Promise<Matrix> {
  const turned = await algebra.turn(alone, axes);
  const weights = sifWeights(alone.rows);
  return { ...turned, data: turned.data.map((value, i) => value * weights[Math.floor(i / turned.columns)]) };
}

/** Programs that keep unknown tokens in a text then have the same vectors. */
function withoutUnknown(vectors: Matrix, unknownId: number | undefined): Matrix {
  const { data, columns } = vectors;
  if (unknownId !== undefined) {
    data.fill(0, unknownId * columns, (unknownId + 1) * columns);
  }
  return vectors;
}

function sentenceOf(teacher: string, tuned: Tuned | undefined, texts: number, source: DistillOptions['texts']): string {
  const from = `Distilled by octavec ${version} from ${teacher}`;
  if (tuned === undefined) {
    return `${from}: the vectors of its tokens in the directions in which they differ most, weighted by how rare they are.`;
  }
  const which = source === 'embedded' ? 'example sentences of WordNet' : 'texts of its own';
  return `${from}, and tuned on ${formatCount(texts)} ${which}.`;
}
