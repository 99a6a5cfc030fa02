import type { VectorKind } from '../../store/index.js';
import type { SearchMode } from '../index-options.js';

/** One way to answer from the same documents. */
export interface Way {
  /** "int8 vectors" */
  readonly name: string;
  readonly mode: SearchMode;
  /** What is scanned first. */
  readonly vectors: VectorKind;
  /** Embedded the documents: the index's own model, or the variant that is tried. */
  readonly documents: 'own' | 'variant';
  /** Embeds the questions. */
  readonly questions: 'own' | 'variant';
}

const own = { documents: 'own', questions: 'own' } as const;

/** The first is what all others are compared with: every vector in float32, by the index's own model. */
const ownWays: readonly Way[] = [
  { name: 'float32 vectors', mode: 'vector', vectors: 'float32', ...own },
  { name: 'int8 vectors', mode: 'vector', vectors: 'int8', ...own },
  { name: 'binary vectors, rescored', mode: 'vector', vectors: 'binary', ...own },
  { name: 'words alone', mode: 'text', vectors: 'int8', ...own },
  { name: 'hybrid, int8 vectors', mode: 'hybrid', vectors: 'int8', ...own },
];

/** Lists the ways to measure, with those of a variant where one is named. */
export function waysOf(variant: string | undefined): readonly Way[] {
  if (variant === undefined) {
    return ownWays;
  }
  const again = { documents: 'variant', questions: 'variant' } as const;
  return [
    ...ownWays,
    { name: `questions by ${variant}`, mode: 'vector', vectors: 'int8', documents: 'own', questions: 'variant' },
    { name: `all by ${variant}`, mode: 'vector', vectors: 'int8', ...again },
    { name: `hybrid, all by ${variant}`, mode: 'hybrid', vectors: 'int8', ...again },
  ];
}

/** Counts the bytes that the first pass over vectors reads; none where words alone count. */
export function scannedBytes({ mode, vectors }: Way, chunks: number, dimensions: number): number {
  const perRow = {
    float32: 4 * dimensions,
    float16: 2 * dimensions,
    int8: dimensions + 4,
    binary: Math.ceil(dimensions / 8),
  };
  return mode === 'text' ? 0 : chunks * perRow[vectors];
}
