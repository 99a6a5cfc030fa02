import { OctavecError, type TaskOptions } from '../base/index.js';
import { ascendingOrder, evenlySpaced, type Matrix, topKOverlap, topOneAgreement } from '../numbers/index.js';
import { refuseEqualVectors } from './refuse-equal-vectors.js';
import { type SimilarityStructure, similarityStructure } from './similarity-structure.js';
import { lowTail, meanAndMax, vectorDifferences } from './vector-differences.js';
import { type DamagedText, damagedTexts } from './worst-texts.js';

/** How faithfully a candidate gives the original's vectors back. All figures are NaN where a vector is not finite. */
export interface Fidelity {
  /** Texts that were embedded with both. */
  readonly texts: number;
  /** Length of a vector. */
  readonly width: number;
  /** Cosine between the two vectors of a text. */
  readonly cosine: { readonly mean: number; readonly p50: number; readonly p1: number; readonly min: number };
  /** Euclidean distance between the two vectors of a text. */
  readonly l2: { readonly mean: number; readonly max: number };
  /** The same, divided by the length of the original's vector. */
  readonly relativeL2: { readonly mean: number; readonly max: number };
  /** Cosines between different texts: candidate against original. */
  readonly similarity: {
    /** All pairs of the texts compared with each other. */
    readonly pairs: number;
    readonly meanAbsoluteError: number;
    /** Mean of candidate − original: above 0, the candidate finds texts more alike than the original does. */
    readonly bias: number;
    /** Spearman's rank correlation over `rankedPairs` evenly spaced pairs. */
    readonly spearman: number;
    readonly rankedPairs: number;
  };
  /** Nearest other texts under the original and under the candidate. */
  readonly neighbours: {
    /** Texts compared with each other: all, or evenly spaced ones of very many. */
    readonly texts: number;
    readonly k: number;
    readonly topOneAgreement: number;
    readonly topKOverlap: number;
  };
  /** Vectors with NaN or infinity. */
  readonly nonFinite: { readonly original: number; readonly candidate: number };
  /** Vectors without length. */
  readonly zero: { readonly original: number; readonly candidate: number };
  /** The texts with the lowest cosines, worst first. */
  readonly worst: readonly DamagedText[];
  /** Small samples for plots. */
  readonly samples: {
    /** Evenly spaced values of the ascending cosines, the lowest and the highest among them. */
    readonly cosines: readonly number[];
    /** [original's, candidate's] cosine of evenly spaced pairs of texts. */
    readonly similarities: readonly (readonly [number, number])[];
  };
}

export interface FidelityOptions extends TaskOptions {
  /** The embedded texts, to show the worst of them. */
  readonly texts?: readonly string[];
  /** How many nearest neighbours are compared: 10, or all others where there are fewer. */
  readonly neighbours?: number;
}

const sampleSize = 256;

/**
 * Compares a candidate's vectors with the original's: [texts × width] each, row i of both from the same text. The texts
 * should be distinct, for copies are each other's neighbours under any model.
 *
 * @throws NOT_COMPARABLE if shapes differ, there are fewer than three texts, or the original's vectors are all the same;
 *   CANCELLED
 */
export async function measureFidelity(
  original: Matrix,
  candidate: Matrix,
  options: FidelityOptions = {},
): Promise<Fidelity> {
  refuseOtherShapes(original, candidate);
  refuseEqualVectors(original);
  const differences = vectorDifferences(original, candidate);
  const k = Math.min(options.neighbours ?? 10, original.rows - 1);
  const structure = await similarityStructure(original, candidate, k, options);
  return {
    texts: original.rows,
    width: original.columns,
    cosine: lowTail(differences.cosines),
    l2: meanAndMax(differences.distances),
    relativeL2: meanAndMax(differences.relativeDistances),
    similarity: {
      pairs: structure.pairs,
      meanAbsoluteError: structure.meanAbsoluteError,
      bias: structure.bias,
      spearman: structure.spearman,
      rankedPairs: structure.rankedPairs,
    },
    neighbours: {
      texts: structure.rows.length,
      k,
      topOneAgreement: topOneAgreement(structure.original, structure.candidate),
      topKOverlap: topKOverlap(structure.original, structure.candidate),
    },
    nonFinite: differences.nonFinite,
    zero: differences.zero,
    worst: damagedTexts(original, candidate, differences.cosines, options.texts),
    samples: {
      cosines: sampleOfCosines(differences.cosines),
      similarities: sampleOfSimilarities(structure),
    },
  };
}

function refuseOtherShapes(original: Matrix, candidate: Matrix): void {
  if (original.columns !== candidate.columns) {
    const why = `the original's vectors have ${original.columns} numbers, the candidate's ${candidate.columns}`;
    throw new OctavecError('NOT_COMPARABLE', { why });
  }
  if (original.rows !== candidate.rows) {
    const why = `there are ${original.rows} vectors of the original, but ${candidate.rows} of the candidate`;
    throw new OctavecError('NOT_COMPARABLE', { why });
  }
  if (original.rows < 3) {
    throw new OctavecError('NOT_COMPARABLE', { why: `${original.rows} texts are too few, three is the least` });
  }
}

function sampleOfCosines(cosines: Float64Array): number[] {
  const order = ascendingOrder(cosines);
  const count = Math.min(sampleSize, cosines.length);
  return Array.from({ length: count }, (_, i) =>
    rounded(cosines[order[Math.round((i * (cosines.length - 1)) / (count - 1))]]),
  );
}

function sampleOfSimilarities(structure: SimilarityStructure): [number, number][] {
  const { original, candidate } = structure.rankedSimilarities;
  return evenlySpaced(original.length, 2 * sampleSize).map((i) => [rounded(original[i]), rounded(candidate[i])]);
}

/** Rounds to the digits that a plot can show. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
