import { mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { checkOptions, formatCount, type Location, OctavecError, pathOf, version } from '../base/index.js';
import { asOutputError, checkVacant, openStaging, textsHash } from '../files/index.js';
import { type ModelFiles, openModelFolder, overridesOf } from '../model/index.js';
import { evenlySpaced } from '../numbers/index.js';
import { type DistillOptions, distillOptionChecks, type TablePrecision } from './distill-options.js';
import { makeStudent } from './make-student.js';
import { piecesOf } from './pieces.js';
import type { Tuned } from './tune.js';
import { embeddedTexts } from './tuning-texts.js';
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
  const { texts = 'embedded' } = options;
  const output = resolve(pathOf('output', options.output));
  await checkVacant(output);
  const files = await openTeacher(teacher, options);
  const pieces = await tuningPieces(options);
  const staging = await openStaging(output);
  try {
    const folder = join(staging.folder, 'model');
    await mkdir(folder);
    const student = await makeStudent(files, pieces, staging.folder, options);
    const { tokenizer, vectors, precision, tuned } = student;
    const name = basename(files.folder ?? files.onnxPath);
    await writeStaticModel(folder, {
      ...{ vectors, precision, tokenizer: tokenizer.json, unknownToken: tokenizer.unknownToken },
      paddingToken: tokenizer.paddingToken,
      facts: {
        ...{ teacher: name, made: sentenceOf(name, tuned, pieces.length, texts), version },
        ...(tuned && { texts: pieces.length, textsHash: textsHash(pieces), ridge: tuned.ridge }),
      },
    });
    await rmdir(output).catch(() => undefined);
    await rename(folder, output);
    return {
      ...{ folder: output, teacher: name, teacherPath: files.folder ?? files.onnxPath },
      ...{ tokens: vectors.rows, dimensions: vectors.columns, precision },
      bytes: (await stat(join(output, 'model.safetensors'))).size,
      ...(tuned && { tuning: tuningOf(tuned, pieces.length, texts) }),
      seconds: (performance.now() - start) / 1000,
    };
  } catch (error) {
    throw error instanceof OctavecError ? error : asOutputError(error, output);
  } finally {
    await staging.discard();
  }
}

async function openTeacher(teacher: Location, options: DistillOptions): Promise<ModelFiles> {
  const overrides = overridesOf({ ...options, output: undefined });
  const files = await openModelFolder(teacher, { ...overrides, variant: options.variant });
  if (files.staticReading !== undefined) {
    throw new OctavecError('TEACHER_UNFIT', { path: files.onnxPath, why: 'it is a static model itself' });
  }
  return files;
}

/** Cuts the texts to tune on into pieces; of very many, evenly spaced ones are taken. */
async function tuningPieces({ texts = 'embedded', onNote }: DistillOptions): Promise<string[]> {
  if (texts === 'none') {
    return [];
  }
  const all = piecesOf(texts === 'embedded' ? await embeddedTexts() : texts);
  if (all.length === 0) {
    throw new OctavecError('USAGE', {
      problem: 'There is no text to tune the model on',
      hint: 'Give some texts, or `texts: none`.',
    });
  }
  const pieces = evenlySpaced(all.length, mostPieces).map((i) => all[i]);
  if (pieces.length < all.length) {
    onNote?.(`of ${formatCount(all.length)} pieces of texts, ${formatCount(pieces.length)} are used, evenly spaced`);
  }
  return pieces;
}

function tuningOf({ ridge, heldOut }: Tuned, texts: number, source: DistillOptions['texts']): Distillation['tuning'] {
  return { ridge, ...(heldOut && { heldOut }), texts, source: source === 'embedded' ? 'embedded' : 'given' };
}

function sentenceOf(teacher: string, tuned: Tuned | undefined, texts: number, source: DistillOptions['texts']): string {
  const from = `Distilled by octavec ${version} from ${teacher}`;
  if (tuned === undefined) {
    return `${from}: the vectors of its tokens in the directions in which they differ most, weighted by how rare they are.`;
  }
  const which = source === 'embedded' ? 'example sentences of WordNet' : 'texts of its own';
  return `${from}, and tuned on ${formatCount(texts)} ${which}.`;
}
