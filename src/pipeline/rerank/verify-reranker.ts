import { checkLocation, type Location, type TaskOptions } from '../../base/index.js';
import type { EngineChoice } from '../../engine/index.js';
import { chooseGate, type GateChoice, type RankingEvidence } from '../../evaluate/index.js';
import { type ModelOverrides, overridesOf } from '../../model/index.js';
import { openCandidate, openOriginal } from '../../proof/index.js';
import type { QueryTexts } from '../../rerank/index.js';
import { openRankingProof, proveRanking } from './prove-ranking.js';
import { gatesOf } from './quantize-reranker.js';
import { rankingTexts } from './ranking-texts.js';

/** What `verifyReranker` compares a candidate with, and how. */
export interface VerifyRerankerOptions extends TaskOptions, GateChoice, Omit<ModelOverrides, 'pooling' | 'normalize'> {
  /** The reranker that the candidate must be like: a folder or an .onnx file. */
  readonly against: Location;
  /** Runs the candidate; `auto` by default. */
  readonly engine?: EngineChoice;
  /** Threads that run a model; as many as the machine grants by default. */
  readonly threads?: number;
  /** What both rank, two texts for each query at least; octavec's claims and abstracts by default. */
  readonly queries?: readonly QueryTexts[];
}

/**
 * Compares a reranker, wherever it comes from, with its original, by the order in which both put the texts of a query.
 *
 * @throws what opening and running the models throws; NOT_COMPARABLE, CANCELLED. A refusal is in the verdict, not thrown.
 * @example
 * ```ts
 * const { verdict, ranking } = await verifyReranker('model_int8.onnx', { against: './bge-reranker-base' });
 * ```
 */
export async function verifyReranker(path: Location, options: VerifyRerankerOptions): Promise<RankingEvidence> {
  const { against, engine, threads, signal, onProgress, queries } = options;
  checkLocation('against', against);
  const run = { threads, signal, onProgress };
  const opening = { ...overridesOf(options), task: 'rerank' } as const;
  await using original = await openOriginal(against, opening);
  const candidate = await openCandidate(path, { ...opening, like: original.files, engine });
  const proof = await openRankingProof(original, await rankingTexts(queries, original.files), run);
  return proveRanking(proof, candidate, chooseGate(candidate.usualGate, gatesOf(options)), run);
}
