import { keysOf } from '../base/index.js';
import type { TaskKind } from '../tasks/index.js';
import type { Fidelity } from './fidelity.js';
import type { Likeness } from './likeness.js';
import type { FileIdentity, Measurements, OriginalIdentity } from './measurements.js';
import type { RankingFidelity } from './ranking-fidelity.js';

/** What figures are taken from: evidence, or the part of it that there is while a variant is still searched for. */
export interface Measured extends Pick<Measurements, 'alsoOn' | 'run' | 'originalRun' | 'tasks'> {
  /** Of vectors. */
  readonly fidelity?: Fidelity;
  /** Of vectors of another kind. */
  readonly likeness?: Likeness;
  /** Of a reranker's scores. */
  readonly ranking?: RankingFidelity;
  readonly file: Pick<FileIdentity, 'bytes'>;
  readonly original: Pick<OriginalIdentity, 'bytes' | 'fp32Bytes'>;
}

/** A figure of the evidence that a gate can limit. */
export interface GateMetric {
  readonly label: string;
  /** Which side of the limit passes. */
  readonly bound: 'at least' | 'at most';
  /** Digits behind the point when shown. */
  readonly digits: number;
  /** undefined where it was not measured. */
  readonly of: (evidence: Measured) => number | undefined;
  /** What `of` is the largest of, for losses in tasks. */
  readonly losses?: (evidence: Measured) => readonly TaskLoss[];
}

/** What a candidate loses in one task, in the unit of the metric. */
export interface TaskLoss {
  readonly task: string;
  readonly loss: number;
  /** Where 95 % of the losses of resampled items lie; missing where the figure cannot be resampled. */
  readonly interval?: readonly [number, number];
  readonly withinNoise: boolean;
}

function atLeast(label: string, digits: number, of: GateMetric['of']): GateMetric {
  return { label, bound: 'at least', digits, of };
}

function atMost(label: string, digits: number, of: GateMetric['of']): GateMetric {
  return { label, bound: 'at most', digits, of };
}

function lossOf(kind: TaskKind, metric: string, scale: 'absolute' | 'relative', label: string): GateMetric {
  const losses = (evidence: Measured) => taskLosses(evidence, kind, metric, scale);
  const of = (evidence: Measured) => {
    const all = losses(evidence).map(({ loss }) => loss);
    return all.length === 0 ? undefined : Math.max(...all);
  };
  return { ...atMost(label, 4, of), losses };
}

export const gateMetrics = {
  nonFinite: atMost(
    'number of vectors or scores with NaN or infinity',
    0,
    (e) => (e.fidelity ?? e.likeness)?.nonFinite.candidate ?? e.ranking?.nonFinite,
  ),
  lostLength: atMost('number of vectors that became all zeros', 0, ({ fidelity, likeness }) => {
    const zero = (fidelity ?? likeness)?.zero;
    return zero && Math.max(0, zero.candidate - zero.original);
  }),
  cosineMean: atLeast('cosine mean', 4, (e) => e.fidelity?.cosine.mean),
  cosineP50: atLeast('cosine p50', 4, (e) => e.fidelity?.cosine.p50),
  cosineP1: atLeast('cosine p1', 4, (e) => e.fidelity?.cosine.p1),
  cosineMin: atLeast('cosine minimum', 4, (e) => e.fidelity?.cosine.min),
  l2Mean: atMost('L2 distance, mean', 4, (e) => e.fidelity?.l2.mean),
  relativeL2Mean: atMost('relative L2 distance, mean', 4, (e) => e.fidelity?.relativeL2.mean),
  relativeL2Max: atMost('relative L2 distance, maximum', 4, (e) => e.fidelity?.relativeL2.max),
  similarityError: atMost('mean error of similarities', 4, (e) => e.fidelity?.similarity.meanAbsoluteError),
  similaritySpearman: atLeast(
    'Spearman of similarities',
    4,
    (e) => e.fidelity?.similarity.spearman ?? e.likeness?.spearman,
  ),
  topOneAgreement: atLeast('agreement on the nearest neighbour', 3, (e) => e.fidelity?.neighbours.topOneAgreement),
  topKOverlap: atLeast(
    'overlap of the nearest neighbours',
    3,
    (e) => e.fidelity?.neighbours.topKOverlap ?? e.likeness?.topKOverlap,
  ),
  rankSpearman: atLeast('Spearman of the scores of a query', 4, (e) => e.ranking?.spearman.mean),
  rankTopOne: atLeast('agreement on the best text of a query', 3, (e) => e.ranking?.topOneAgreement),
  rankTopK: atLeast('overlap of the best texts of a query', 3, (e) => e.ranking?.topKOverlap),
  scoreError: atMost('mean error of scores', 4, (e) => e.ranking?.scoreError.mean),
  sizeReduction: atLeast('size reduction (times smaller)', 2, sizeReduction),
  speedUp: atLeast('speed-up (times as fast)', 2, (e) => ratio(e.run?.textsPerSecond, e.originalRun?.textsPerSecond)),
  stsLoss: lossOf('sts', 'spearman', 'absolute', 'loss of Spearman in similarity tasks'),
  ndcgLoss: lossOf('retrieval', 'ndcg@10', 'relative', 'relative loss of nDCG@10 in retrieval'),
  recall10Loss: lossOf('retrieval', 'recall@10', 'relative', 'relative loss of Recall@10 in retrieval'),
  recall100Loss: lossOf('retrieval', 'recall@100', 'relative', 'relative loss of Recall@100 in retrieval'),
  mrrLoss: lossOf('retrieval', 'mrr@10', 'relative', 'relative loss of MRR@10 in retrieval'),
  accuracyLoss: lossOf('classification', 'accuracy', 'absolute', 'loss of accuracy in classification'),
  vMeasureLoss: lossOf('clustering', 'v-measure', 'absolute', 'loss of v-measure in clustering'),
  apLoss: lossOf('pair-classification', 'ap', 'absolute', 'loss of average precision in pair classification'),
  mapLoss: lossOf('reranking', 'map', 'absolute', 'loss of MAP in reranking'),
} satisfies Record<string, GateMetric>;

export type GateMetricName = keyof typeof gateMetrics;

export const gateMetricNames: readonly GateMetricName[] = keysOf(gateMetrics);

/** Returns how many times smaller than the original in FP32 the candidate is. */
export function sizeReduction(evidence: Pick<Measured, 'file' | 'original'>): number {
  return (evidence.original.fp32Bytes ?? evidence.original.bytes) / evidence.file.bytes;
}

function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

/**
 * Returns the losses in all tasks of a kind: the difference with its sign reversed, as it is or as a share of the
 * original's figure.
 */
function taskLosses(
  { tasks = [] }: Measured,
  kind: TaskKind,
  metric: string,
  scale: 'absolute' | 'relative',
): TaskLoss[] {
  return tasks
    .filter((comparison) => comparison.kind === kind && comparison.metric === metric)
    .map(({ task, difference, interval, original, finding }) => {
      // Where nothing changed nothing is lost, of an original that finds nothing as well.
      const lossAt = (change: number) => (change === 0 ? 0 : -change / (scale === 'relative' ? original : 1));
      const withinNoise = finding === 'within noise' && !Number.isNaN(difference);
      const ends = interval && ([lossAt(interval[1]), lossAt(interval[0])] as const);
      return { task, loss: lossAt(difference), withinNoise, ...(ends && { interval: ends }) };
    });
}
