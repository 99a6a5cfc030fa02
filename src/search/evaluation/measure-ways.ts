import { type TaskOptions, throwIfCancelled } from '../../base/index.js';
import { ascending, quantile } from '../../numbers/index.js';
import type { IndexManifest, Store } from '../../store/index.js';
import { compareResults, metricsOf, type RetrievalTask, rankingMetric, type TaskResult } from '../../tasks/index.js';
import { runSearch } from '../run-search.js';
import type { WayResult } from './index-evaluation.js';
import { rankedDocuments } from './judged-id.js';
import { scannedBytes, type Way } from './ways.js';

/** A way with what it searches in. */
export interface PreparedWay {
  readonly way: Way;
  readonly store: Store;
  readonly manifest: IndexManifest;
  /** [questions] each of length 1. */
  readonly questions: readonly Float32Array[];
}

const cuts = [
  ['ndcg', 10],
  ['recall', 10],
  ['mrr', 10],
  ['recall', 100],
] as const;

/**
 * Asks every question in every way. The ways take turns, so that what else the machine does slows all of them.
 *
 * Documents of several passages are found by the best of them: for ten documents so many passages are asked for as ten have on average.
 */
export async function measureWays(
  prepared: readonly PreparedWay[],
  { queries, judgements }: Pick<RetrievalTask, 'queries' | 'judgements'>,
  { documents, chunks }: { readonly documents: number; readonly chunks: number },
  isJudged: (id: string) => boolean,
  options: TaskOptions,
): Promise<WayResult[]> {
  const ten = Math.ceil(10 * Math.max(1, chunks / Math.max(1, documents)));
  const times = prepared.map(() => new Float64Array(queries.length));
  const values = prepared.map(() =>
    Object.fromEntries(cuts.map(([metric, k]) => [`${metric}@${k}`, new Float64Array(queries.length)])),
  );
  const ranking = async ({ way, store, manifest, questions }: PreparedWay, i: number, top: number) => {
    const results = await runSearch(store, manifest, queries[i].text, async () => questions[i], {
      top,
      mode: way.mode,
    });
    return results.map(({ metadata }) => String(metadata.document));
  };
  for (const one of prepared) {
    // The first search of a store opens its files.
    await ranking(one, 0, ten);
  }
  for (const [i, { id }] of queries.entries()) {
    options.onProgress?.({ stage: 'Asking', done: i, total: queries.length, unit: 'questions' });
    for (const [number, one] of prepared.entries()) {
      throwIfCancelled(options.signal, 'evaluating the index');
      const start = performance.now();
      const best = await ranking(one, i, ten);
      times[number][i] = performance.now() - start;
      const rankings = {
        10: rankedDocuments(best, isJudged),
        100: rankedDocuments(await ranking(one, i, 10 * ten), isJudged),
      };
      for (const [metric, k] of cuts) {
        values[number][`${metric}@${k}`][i] = rankingMetric(metric, rankings[k], judgements.get(id) ?? new Map(), k);
      }
    }
  }
  const results = prepared.map(({ way }, number): TaskResult => {
    const samples = { kind: 'items', values: values[number] } as const;
    return { task: way.name, kind: 'retrieval', mainMetric: 'ndcg@10', metrics: metricsOf(samples), samples };
  });
  const found: WayResult[] = [];
  for (const [number, { way, manifest }] of prepared.entries()) {
    found.push({
      ...way,
      metrics: results[number].metrics,
      comparisons: number === 0 ? [] : await compareResults(results[0], results[number], { signal: options.signal }),
      searchMs: percentiles(times[number]),
      scannedBytes: scannedBytes(way, chunks, manifest.model.dimensions),
    });
  }
  return found;
}

/** Returns the median and the 99th percentile of times. */
export function percentiles(values: ArrayLike<number>): { readonly p50: number; readonly p99: number } {
  const sorted = ascending(values);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
