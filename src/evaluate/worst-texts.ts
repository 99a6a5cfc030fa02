import {
  ascendingOrder,
  cosine,
  emptyNearestLists,
  type Matrix,
  type NearestLists,
  nearestOf,
  offer,
  rowOf,
} from '../numbers/index.js';

/** A text, by its place among the embedded ones. */
export interface TextReference {
  readonly index: number;
  /** Its beginning, where the texts are known. */
  readonly text?: string;
}

export interface Neighbour extends TextReference {
  /** Cosine to the text whose neighbour it is. */
  readonly similarity: number;
}

/** A text whose vector changed, and what that did to its neighbourhood. */
export interface DamagedText extends TextReference {
  /** Between the original's and the candidate's vector; NaN where one is not finite. */
  readonly cosine: number;
  readonly neighboursBefore: readonly Neighbour[];
  readonly neighboursAfter: readonly Neighbour[];
}

const worstCount = 10;
const neighbourCount = 3;
const shownCharacters = 160;

/**
 * Returns the texts with the lowest cosines between original and candidate, worst first; those that are not finite
 * lead.
 */
export function damagedTexts(
  original: Matrix,
  candidate: Matrix,
  cosines: Float64Array,
  texts: readonly string[] | undefined,
): DamagedText[] {
  const badness = cosines.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
  return Array.from(ascendingOrder(badness).subarray(0, worstCount), (index) => ({
    ...reference(index, texts),
    cosine: cosines[index],
    neighboursBefore: neighbours(original, index, texts),
    neighboursAfter: neighbours(candidate, index, texts),
  }));
}

function neighbours(matrix: Matrix, index: number, texts: readonly string[] | undefined): Neighbour[] {
  const self = rowOf(matrix, index);
  const lists: NearestLists = emptyNearestLists(1, neighbourCount);
  for (let row = 0; row < matrix.rows; row++) {
    if (row !== index) {
      offer(lists, 0, row, cosine(self, rowOf(matrix, row)));
    }
  }
  return Array.from(nearestOf(lists, 0), (row, place) => ({
    ...reference(row, texts),
    similarity: lists.scores[place],
  }));
}

function reference(index: number, texts: readonly string[] | undefined): TextReference {
  const text = texts?.[index];
  if (text === undefined) {
    return { index };
  }
  const characters = Array.from(text);
  const shown = characters.length > shownCharacters ? `${characters.slice(0, shownCharacters - 1).join('')}…` : text;
  return { index, text: shown };
}
