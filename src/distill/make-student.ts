import { throwIfCancelled } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import { cpuBudget, readHostFacts } from '../host/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import { AlgebraThreads } from './algebra.js';
import { bagsOf } from './bags.js';
import type { DistillOptions, TablePrecision } from './distill-options.js';
import { piecesOf } from './pieces.js';
import type { Axes } from './principal-axes.js';
import { sifWeights } from './sif-weights.js';
import type { StudentTokenizer } from './student-tokenizer.js';
import { studentTokens } from './student-tokens.js';
import { tableShape } from './table-size.js';
import { openTeacherCache } from './teacher-cache.js';
import { teacherVectors } from './teacher-vectors.js';
import { tokenVectors } from './token-vectors.js';
import { type Tuned, tune } from './tune.js';
import { embeddedTexts } from './tuning-texts.js';
import { readVocabulary, type StudentVocabulary } from './vocabulary.js';

/** A static model that has yet to be written. */
export interface Student {
  readonly tokenizer: StudentTokenizer;
  /** [tokens × dimensions] */
  readonly vectors: Matrix;
  readonly precision: TablePrecision;
  /** Undefined where there were no texts to tune it on. */
  readonly tuned?: Tuned;
}

/** Texts to tune on, as both sides read them. */
interface ReadTexts {
  /** The student's token ids of each text. */
  readonly ids: Awaited<ReturnType<typeof studentTokens>>;
  /** [texts × width of the teacher] */
  readonly vectors: Matrix;
}

/**
 * Makes a student of a teacher: asks it for the vector of each token, keeps the directions in which they differ most, and tunes
 * them on texts.
 *
 * @param pieces of the texts to tune on; none to leave it at the tokens' own vectors
 * @param workFolder for files that are read meanwhile
 */
export async function makeStudent(
  files: ModelFiles,
  pieces: readonly string[],
  workFolder: string,
  options: DistillOptions,
): Promise<Student> {
  const { threads, signal, onProgress } = options;
  const budget = cpuBudget(await readHostFacts());
  const algebra = new AlgebraThreads(files.onnxPath, threads ?? budget.threads, signal);
  const { student: tokenizer, ids, width } = await vocabularyOf(files, options);
  const { dimensions, precision } = tableShape(ids.length, width, options);
  const cache = await openTeacherCache(files.onnxPath, options);
  const alone = await tokenVectors(files, ids, cache, { threads, signal, onProgress });
  throwIfCancelled(signal, 'distilling');
  const read = async (texts: readonly string[]): Promise<ReadTexts> => ({
    ids: await studentTokens(workFolder, tokenizer, texts, signal),
    vectors: await teacherVectors(files, texts, cache, options),
  });
  const own = pieces.length === 0 ? undefined : await read(pieces);
  const hasOwnTexts = own !== undefined && typeof options.texts === 'object';
  // They come second: what they do not say, octavec's have said.
  const isGeneralFirst = hasOwnTexts && options.embeddedFirst !== false;
  const general = isGeneralFirst ? await read(piecesOf(await embeddedTexts())) : undefined;
  const axes = await algebra.axes(own?.vectors ?? alone, dimensions, own === undefined);
  const plain = withoutUnknown(await weighted(alone, axes, algebra), tokenizer.unknownId);
  const stages = [general, own].filter((stage) => stage !== undefined);
  let tuned: Tuned | undefined;
  for (const stage of stages) {
    const texts = { bags: bagsOf(stage.ids, ids.length), targets: await algebra.turn(stage.vectors, axes) };
    const start = { ...plain, data: tuned?.vectors ?? plain.data };
    tuned = await tune(texts, start, algebra, { isLast: stage === own, signal, onProgress });
  }
  const vectors = withoutUnknown({ ...plain, data: tuned?.vectors ?? plain.data }, tokenizer.unknownId);
  return { tokenizer, vectors, precision, tuned };
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
