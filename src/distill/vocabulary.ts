import { readFile } from 'node:fs/promises';
import { OctavecError, reasonOf } from '../base/index.js';
import type { Embedder } from '../embed/index.js';
import { type StudentTokenizer, studentTokenizer } from './student-tokenizer.js';

/** The student's vocabulary, and how the teacher reads each entry. */
export interface StudentVocabulary {
  readonly student: StudentTokenizer;
  /** [tokens] ids that the teacher is given for each token, its special tokens included. */
  readonly ids: readonly (readonly number[])[];
  /** Length of the teacher's vectors. */
  readonly width: number;
}

/**
 * Makes the student's vocabulary of the teacher's, and of words of one's own.
 *
 * @throws TOKENIZER_INVALID, FILE_NOT_READABLE
 */
export async function readVocabulary(teacher: Embedder, words: readonly string[]): Promise<StudentVocabulary> {
  const { tokenizerPath: path } = teacher.model;
  const json = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch((error: unknown) => {
      throw new OctavecError('TOKENIZER_INVALID', { path, why: reasonOf(error) }, error);
    });
  const asRead = await normalised(teacher, words);
  const student = studentTokenizer(json, path, [...asRead.keys()], (word) => asRead.get(word) ?? false);
  const [{ tokens: framed }] = await teacher.tokens(['a'], { prompt: '' });
  const first = framed.findIndex(({ special }) => !special);
  const idsOf = (tokens: typeof framed) => tokens.filter(({ special }) => special).map(({ id }) => id);
  const [before, behind] = [idsOf(framed.slice(0, first)), idsOf(framed.slice(first))];
  const own = Array.from(student.teacherIds, (id) => [...before, id, ...behind]);
  const added = student.words.length === 0 ? undefined : await teacher.tokenize(student.words, { prompt: '' });
  const ofWords = student.words.map((_, i) => [...(added?.ids.subarray(added.offsets[i], added.offsets[i + 1]) ?? [])]);
  return { student, ids: [...own, ...ofWords], width: teacher.width };
}

/** Maps words, as the tokenizer's normalizer leaves them, to whether it looks them up as a whole. */
async function normalised(teacher: Embedder, words: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  if (words.length === 0) {
    return new Map();
  }
  const spelled = await teacher.tokens(words, { prompt: '', addSpecialTokens: false });
  return new Map(
    spelled.map(({ tokens }, i) => {
      // Pieces of one word continue each other: ##ing.
      const isOneWord = tokens.slice(1).every(({ token }) => token.startsWith('##'));
      const joined = tokens.map(({ token }, place) => (place > 0 ? token.replace(/^##/, '') : token)).join('');
      const isKnown = !tokens.some(({ token }) => token === '[UNK]');
      return isOneWord && isKnown ? [joined, true] : [words[i].trim(), false];
    }),
  );
}
