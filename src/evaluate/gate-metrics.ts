import type { FileIdentity, Measurements, OriginalIdentity } from './measurements.js';
import type { TaskKind } from './tasks/task.js';

/** What figures are taken from: evidence, or the part of it that there is while a variant is still searched for. */
export interface Measured extends Pick<Measurements, 'fidelity' | 'run' | 'originalRun' | 'tasks'> {
  readonly file: Pick<FileIdentity, 'bytes'>;
  readonly original: Pick<OriginalIdentity, 'bytes' | 'fp32Bytes'>;
}

/** A figure of the evidence that a gate can limit. */
interface GateMetric {
  readonly label: string;
  /** Which side of the limit passes. */
  readonly bound: 'at least' | 'at most';
  /** Digits behind the point when shown. */
  readonly digits: number;
  /** undefined where it was not measured. */
  readonly of: (evidence: Measured) => number | undefined;
}

function atLeast(label: string, digits: number, of: GateMetric['of']): GateMetric {
  return { label, bound: 'at least', digits, of };
}

function atMost(label: string, digits: number, of: GateMetric['of']): GateMetric {
  return { label, bound: 'at most', digits, of };
}

export const gateMetrics = {
  nonFinite: atMost('number of vectors with NaN or infinity', 0, (e) => e.fidelity.nonFinite.candidate),
  lostLength: atMost('number of vectors that became all zeros', 0, (e) =>
    Math.max(0, e.fidelity.zero.candidate - e.fidelity.zero.original),
  ),
  cosineMean: atLeast('cosine mean', 4, (e) => e.fidelity.cosine.mean),
  cosineP50: atLeast('cosine p50', 4, (e) => e.fidelity.cosine.p50),
  cosineP1: atLeast('cosine p1', 4, (e) => e.fidelity.cosine.p1),
  cosineMin: atLeast('cosine minimum', 4, (e) => e.fidelity.cosine.min),
  l2Mean: atMost('L2 distance, mean', 4, (e) => e.fidelity.l2.mean),
  relativeL2Mean: atMost('relative L2 distance, mean', 4, (e) => e.fidelity.relativeL2.mean),
  relativeL2Max: atMost('relative L2 distance, maximum', 4, (e) => e.fidelity.relativeL2.max),
  similarityError: atMost('mean error of similarities', 4, (e) => e.fidelity.similarity.meanAbsoluteError),
  similaritySpearman: atLeast('Spearman of similarities', 4, (e) => e.fidelity.similarity.spearman),
  topOneAgreement: atLeast('agreement on the nearest neighbour', 3, (e) => e.fidelity.neighbours.topOneAgreement),
  topKOverlap: atLeast('overlap of the nearest neighbours', 3, (e) => e.fidelity.neighbours.topKOverlap),
  sizeReduction: atLeast('size reduction (times smaller)', 2, sizeReduction),
  speedUp: atLeast('speed-up (times as fast)', 2, (e) => ratio(e.run?.textsPerSecond, e.originalRun?.textsPerSecond)),
  stsLoss: atMost('loss of Spearman in similarity tasks', 4, (e) => worstLoss(e, 'sts', 'spearman', 'absolute')),
  ndcgLoss: atMost('relative loss of nDCG@10 in retrieval', 4, retrievalLoss('ndcg@10')),
  recall10Loss: atMost('relative loss of Recall@10 in retrieval', 4, retrievalLoss('recall@10')),
  recall100Loss: atMost('relative loss of Recall@100 in retrieval', 4, retrievalLoss('recall@100')),
  mrrLoss: atMost('relative loss of MRR@10 in retrieval', 4, retrievalLoss('mrr@10')),
} satisfies Record<string, GateMetric>;

export type GateMetricName = keyof typeof gateMetrics;

export const gateMetricNames = Object.keys(gateMetrics) as readonly GateMetricName[];

/** How many times smaller than the original in FP32 the candidate is. */
export function sizeReduction(evidence: Pick<Measured, 'file' | 'original'>): number {
  return (evidence.original.fp32Bytes ?? evidence.original.bytes) / evidence.file.bytes;
}

function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

function retrievalLoss(metric: string): GateMetric['of'] {
  return (evidence) => worstLoss(evidence, 'retrieval', metric, 'relative');
}

/** The largest loss in any task of a kind; undefined where there is none, NaN where one is no number. */
function worstLoss(
  { tasks = [] }: Measured,
  kind: TaskKind,
  metric: string,
  scale: 'absolute' | 'relative',
): number | undefined {
  const losses = tasks
    .filter((comparison) => comparison.kind === kind && comparison.metric === metric)
    .map(({ difference, original }) => -difference / (scale === 'relative' ? original : 1));
  return losses.length === 0 ? undefined : Math.max(...losses);
}
