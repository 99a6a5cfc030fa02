import type { Evidence, Fidelity } from '../../src/evaluate/index.js';
import type { TaskComparison, TaskKind } from '../../src/tasks/index.js';

/** Evidence of a sound INT8 file, made up. */
export function soundEvidence(fidelity: Partial<Fidelity> = {}, rest: Partial<Evidence> = {}): Evidence {
  return {
    schema: 1,
    tool: 'octavec 0.0.0',
    file: { name: 'onnx/model_int8.onnx', bytes: 23_000_000, sha256: 'b'.repeat(64), precision: 'int8' },
    original: { name: 'onnx/model.onnx', bytes: 90_000_000, sha256: 'a'.repeat(64), precision: 'fp32' },
    recipe: { method: 'dynamic', options: { perChannel: true } },
    engine: { name: 'onnxruntime', version: '1.30.0', workers: 1, threadsPerWorker: 2 },
    texts: { count: 1000, sha256: 'c'.repeat(64), source: 'made up' },
    fidelity: {
      texts: 1000,
      width: 384,
      cosine: { mean: 0.9926, p50: 0.993, p1: 0.9792, min: 0.9669 },
      l2: { mean: 0.12, max: 0.26 },
      relativeL2: { mean: 0.12, max: 0.26 },
      similarity: { pairs: 499_500, meanAbsoluteError: 0.012, bias: -0.003, spearman: 0.991, rankedPairs: 499_500 },
      neighbours: { texts: 1000, k: 10, topOneAgreement: 0.93, topKOverlap: 0.911 },
      nonFinite: { original: 0, candidate: 0 },
      zero: { original: 0, candidate: 0 },
      worst: [
        {
          index: 7,
          text: 'a text with [1,\t2] and "quotes"',
          cosine: 0.9669,
          neighboursBefore: [{ index: 3, text: 'near', similarity: 0.8 }],
          neighboursAfter: [{ index: 4, similarity: 0.79 }],
        },
      ],
      samples: {
        cosines: [0.9669, 0.993, 0.999],
        similarities: [
          [0.1, 0.11],
          [0.5, 0.49],
        ],
      },
      ...fidelity,
    },
    run: { textsPerSecond: 300, peakBytes: 270_000_000 },
    originalRun: { textsPerSecond: 115, peakBytes: 500_000_000 },
    tasks: [
      comparison('sts', 'spearman', 0.8203, 0.819, [-0.003, 0.001]),
      comparison('retrieval', 'ndcg@10', 0.8029, 0.7951, [-0.0131, -0.0024]),
      comparison('retrieval', 'recall@10', 0.892, 0.89, [-0.008, 0.005]),
      comparison('retrieval', 'recall@100', 0.99, 0.99, [0, 0]),
      comparison('retrieval', 'mrr@10', 0.7819, 0.781, [-0.004, 0.003]),
    ],
    ...rest,
  };
}

function comparison(
  kind: TaskKind,
  metric: string,
  original: number,
  candidate: number,
  interval: readonly [number, number],
): TaskComparison {
  return {
    task: `toy ${kind}`,
    kind,
    metric,
    main: metric === 'spearman' || metric === 'ndcg@10',
    original,
    candidate,
    difference: candidate - original,
    interval,
    finding: interval[1] < 0 ? 'a loss' : 'within noise',
  };
}
