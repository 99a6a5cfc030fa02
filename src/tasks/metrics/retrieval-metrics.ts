/** Graded relevance of documents for one query, by document id; 0 and below is irrelevant. */
export type Relevance = ReadonlyMap<string, number>;

export type RankingMetric = 'ndcg' | 'recall' | 'mrr' | 'map';

/**
 * Returns a metric of one query's ranking, cut off behind place `k`, as trec_eval (and with it BEIR and MTEB) defines
 * it. A query without relevant documents scores 0.
 *
 * @param ranking document ids, best first
 */
export function rankingMetric(
  metric: RankingMetric,
  ranking: readonly string[],
  relevance: Relevance,
  k: number,
): number {
  const gains = ranking.slice(0, k).map((id) => Math.max(0, relevance.get(id) ?? 0));
  const relevant = [...relevance.values()].filter((grade) => grade > 0);
  return relevant.length === 0 ? 0 : formulas[metric](gains, relevant, k);
}

type Formula = (gains: readonly number[], relevant: number[], k: number) => number;

const formulas: Record<RankingMetric, Formula> = {
  /** Järvelin and Kekäläinen 2002, with the grade itself as gain and log2(place + 1) as discount. */
  ndcg: (gains, relevant, k) => {
    const ideal = relevant.sort((a, b) => b - a).slice(0, k);
    return discounted(gains) / discounted(ideal);
  },
  recall: (gains, relevant) => gains.filter((gain) => gain > 0).length / relevant.length,
  mrr: (gains) => {
    const first = gains.findIndex((gain) => gain > 0);
    return first < 0 ? 0 : 1 / (first + 1);
  },
  /** Divided by all relevant documents, even where there are more of them than places. */
  map: (gains, relevant) => {
    let found = 0;
    let sum = 0;
    for (const [place, gain] of gains.entries()) {
      if (gain > 0) {
        found++;
        sum += found / (place + 1);
      }
    }
    return sum / relevant.length;
  },
};

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
}

/** Sorts ids in trec_eval's order: higher score first; of equal scores the id that sorts last comes first. */
export function trecOrder(ids: readonly string[], scores: ArrayLike<number>): string[] {
  const order = ids.map((_, i) => i);
  order.sort((i, j) => scores[j] - scores[i] || (ids[i] < ids[j] ? 1 : ids[i] > ids[j] ? -1 : 0));
  return order.map((i) => ids[i]);
}
