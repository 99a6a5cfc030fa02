/**
 * Returns the share of items whose predicted class is the true one.
 *
 * @param weights how often each item counts; once by default
 */
export function accuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let correct = 0;
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    const weight = weights?.[i] ?? 1;
    correct += truth[i] === predicted[i] ? weight : 0;
    total += weight;
  }
  return correct / total;
}

/**
 * Returns the mean of the classes' F1, over the classes that occur in truth or prediction (sklearn.metrics.f1_score with
 * average="macro").
 *
 * @param truth classes: small whole numbers from -2 on
 * @param weights how often each item counts; once by default
 */
export function macroF1(truth: ArrayLike<number>, predicted: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let classes = 0;
  for (let i = 0; i < truth.length; i++) {
    classes = Math.max(classes, truth[i] + 3, predicted[i] + 3);
  }
  /** Items whose true class it is, plus those whose predicted class it is; items where it is both. */
  const occurrences = new Float64Array(classes);
  const hits = new Float64Array(classes);
  for (let i = 0; i < truth.length; i++) {
    const weight = weights?.[i] ?? 1;
    occurrences[truth[i] + 2] += weight;
    occurrences[predicted[i] + 2] += weight;
    hits[truth[i] + 2] += truth[i] === predicted[i] ? weight : 0;
  }
  let sum = 0;
  let occurring = 0;
  for (let label = 0; label < classes; label++) {
    if (occurrences[label] > 0) {
      sum += (2 * hits[label]) / occurrences[label];
      occurring++;
    }
  }
  return sum / occurring;
}

/**
 * Returns the V-measure of a clustering (Rosenberg and Hirschberg 2007): the harmonic mean of homogeneity and
 * completeness. Either is 1 where its entropy is 0, as in sklearn.metrics.v_measure_score.
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
