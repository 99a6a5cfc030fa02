import { renamed, type TaskOptions, version } from '../../base/index.js';
import { type Gate, judge, measureRanking, type RankingEvidence } from '../../evaluate/index.js';
import { textsHash } from '../../files/index.js';
import type { ModelFiles } from '../../model/index.js';
import type { Candidate, Original } from '../../proof/index.js';
import { Reranker } from '../../rerank/index.js';
import type { RankingTexts } from './ranking-texts.js';

export interface RankingProofOptions extends TaskOptions {
  /** Threads that run a model; as many as the machine grants by default. */
  readonly threads?: number;
}

/** What candidates are compared with: what the original makes of pairs. */
export interface RankingProof {
  readonly original: Original;
  readonly texts: RankingTexts;
  /** For each query the model's numbers for its texts. */
  readonly scores: readonly Float32Array[];
}

/**
 * Opens a proof: the original ranks the texts.
 *
 * @throws what running the original throws; CANCELLED
 */
export async function openRankingProof(
  original: Original,
  texts: RankingTexts,
  options: RankingProofOptions,
): Promise<RankingProof> {
  const onProgress = renamed(options.onProgress, 'Scoring with the original');
  const { scores } = await scoreAll(original.runnable, texts, { ...options, onProgress });
  return { original, texts, scores };
}

/** Compares a candidate's scores with the original's, and judges them by a gate. */
export async function proveRanking(
  { original, texts, scores }: RankingProof,
  { files, identity, recipe, engine: wanted }: Candidate,
  gate: Gate,
  options: RankingProofOptions,
): Promise<RankingEvidence> {
  const onProgress = renamed(options.onProgress, `Scoring with ${identity.precision}`);
  const found = await scoreAll(files, texts, { ...options, onProgress }, wanted);
  const pairs = texts.queries.flatMap(({ query, texts: own }) => own.map((text) => `${query}\n${text}`));
  const evidence: RankingEvidence = {
    schema: 1,
    tool: `octavec ${version}`,
    file: identity,
    original: original.identity,
    recipe,
    engine: found.engine,
    pairs: { count: pairs.length, sha256: textsHash(pairs), source: texts.source },
    ranking: measureRanking(scores, found.scores),
  };
  return { ...evidence, verdict: judge(evidence, gate) };
}

async function scoreAll(
  files: ModelFiles,
  { queries }: RankingTexts,
  { threads, signal, onProgress }: RankingProofOptions,
  engine?: Candidate['engine'],
): Promise<{ readonly scores: readonly Float32Array[]; readonly engine: RankingEvidence['engine'] }> {
  await using reranker = await Reranker.load(files, { threads, engine, activation: 'identity', signal });
  const scores: Float32Array[] = [];
  for (const [done, { query, texts }] of queries.entries()) {
    onProgress?.({ stage: 'Scoring', done, total: queries.length, unit: 'queries' });
    scores.push((await reranker.score(query, texts, { signal })).scores);
  }
  return { scores, engine: reranker.engine };
}
