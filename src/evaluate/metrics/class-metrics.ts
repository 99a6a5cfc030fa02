/** Share of items whose predicted class is the true one. */
export function accuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let correct = 0;
  for (let i = 0; i < truth.length; i++) {
    correct += truth[i] === predicted[i] ? 1 : 0;
  }
  return correct / truth.length;
}

/**
 * Mean of the classes' F1, over the classes that occur in truth or prediction (sklearn.metrics.f1_score with
 * average="macro").
 */
export function macroF1(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const counts = new Map<number, { truth: number; predicted: number; both: number }>();
  const of = (label: number) => {
    const count = counts.get(label) ?? { truth: 0, predicted: 0, both: 0 };
    counts.set(label, count);
    return count;
  };
  for (let i = 0; i < truth.length; i++) {
    of(truth[i]).truth++;
    of(predicted[i]).predicted++;
    of(truth[i]).both += truth[i] === predicted[i] ? 1 : 0;
  }
  const scores = [...counts.values()].map((count) => (2 * count.both) / (count.truth + count.predicted));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/**
 * V-measure of a clustering (Rosenberg and Hirschberg 2007): the harmonic mean of homogeneity and completeness. Either
 * is 1 where its entropy is 0, as sklearn.metrics.v_measure_score has it.
 */
export function vMeasure(truth: ArrayLike<number>, clusters: ArrayLike<number>): number {
  const total = truth.length;
  if (total === 0) {
    return 1;
  }
  const joint = new Map<string, { label: number; cluster: number; count: number }>();
  const labels = new Map<number, number>();
  const sizes = new Map<number, number>();
  for (let i = 0; i < total; i++) {
    const key = `${truth[i]} ${clusters[i]}`;
    const cell = joint.get(key) ?? { label: truth[i], cluster: clusters[i], count: 0 };
    cell.count++;
    joint.set(key, cell);
    labels.set(truth[i], (labels.get(truth[i]) ?? 0) + 1);
    sizes.set(clusters[i], (sizes.get(clusters[i]) ?? 0) + 1);
  }
  let mutual = 0;
  for (const { label, cluster, count } of joint.values()) {
    mutual += (count / total) * Math.log((total * count) / (labels.get(label)! * sizes.get(cluster)!));
  }
  const entropyOfLabels = entropy(labels.values(), total);
  const entropyOfClusters = entropy(sizes.values(), total);
  const homogeneity = entropyOfLabels === 0 ? 1 : mutual / entropyOfLabels;
  const completeness = entropyOfClusters === 0 ? 1 : mutual / entropyOfClusters;
  return homogeneity + completeness === 0 ? 0 : (2 * homogeneity * completeness) / (homogeneity + completeness);
}

function entropy(counts: Iterable<number>, total: number): number {
  let sum = 0;
  for (const count of counts) {
    sum -= (count / total) * Math.log(count / total);
  }
  return sum;
}
