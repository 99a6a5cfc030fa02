import { breather, throwIfCancelled } from '../../base/index.js';
import { indexOfLargest, type Matrix, randomNumbers } from '../../numbers/index.js';

export interface Clustering {
  /** [items], the cluster of each. */
  readonly clusters: Int32Array;
  /** Sum of squared distances to the clusters' centres. */
  readonly inertia: number;
}

const maxRounds = 100;

/**
 * Clusters by k-means: centres are chosen by k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's rounds run until
 * nothing changes its cluster. The seed decides what is random.
 *
 * @param x [items × width], at least as many items as clusters
 * @throws CANCELLED
 */
export async function kMeans(x: Matrix, count: number, seed: number, signal?: AbortSignal): Promise<Clustering> {
  const centres = plusPlusCentres(x, count, randomNumbers(seed));
  const clusters = new Int32Array(x.rows).fill(-1);
  const distances = new Float64Array(x.rows);
  const breathe = breather();
  for (let round = 0; round < maxRounds; round++) {
    let changed = false;
    for (let item = 0; item < x.rows; item++) {
      throwIfCancelled(signal, 'clustering');
      await breathe();
      const cluster = nearestCentre(x, item, centres, count, distances);
      changed ||= cluster !== clusters[item];
      clusters[item] = cluster;
    }
    if (!changed) {
      break;
    }
    moveCentres(x, clusters, centres, count, distances);
  }
  return { clusters, inertia: distances.reduce((sum, distance) => sum + distance, 0) };
}

function plusPlusCentres(x: Matrix, count: number, random: () => number): Float64Array {
  const { rows, columns: width } = x;
  const centres = new Float64Array(count * width);
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let chosen = Math.floor(random() * rows);
  for (let centre = 0; centre < count; centre++) {
    centres.set(x.data.subarray(chosen * width, (chosen + 1) * width), centre * width);
    let sum = 0;
    for (let item = 0; item < rows; item++) {
      nearest[item] = Math.min(nearest[item], squaredDistance(x, item, centres, centre));
      sum += nearest[item];
    }
    // The next centre: each item with a chance in proportion to its squared distance from the centres so far.
    let left = random() * sum;
    chosen = 0;
    while (chosen < rows - 1 && left >= nearest[chosen]) {
      left -= nearest[chosen];
      chosen++;
    }
  }
  return centres;
}

function nearestCentre(x: Matrix, item: number, centres: Float64Array, count: number, distances: Float64Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let centre = 0; centre < count; centre++) {
    const distance = squaredDistance(x, item, centres, centre);
    if (distance < least) {
      least = distance;
      best = centre;
    }
  }
  distances[item] = least;
  return best;
}

/** Moves centres to the means of their clusters; an empty cluster takes the item that lies farthest from its centre. */
function moveCentres(
  x: Matrix,
  clusters: Int32Array,
  centres: Float64Array,
  count: number,
  distances: Float64Array,
): void {
  const width = x.columns;
  const sizes = new Int32Array(count);
  centres.fill(0);
  for (let item = 0; item < x.rows; item++) {
    const first = clusters[item] * width;
    sizes[clusters[item]]++;
    for (let i = 0; i < width; i++) {
      centres[first + i] += x.data[item * width + i];
    }
  }
  for (let centre = 0; centre < count; centre++) {
    const first = centre * width;
    if (sizes[centre] === 0) {
      const farthest = indexOfLargest(distances);
      distances[farthest] = 0;
      centres.set(x.data.subarray(farthest * width, (farthest + 1) * width), first);
    }
    for (let i = first; i < first + width && sizes[centre] > 0; i++) {
      centres[i] /= sizes[centre];
    }
  }
}

function squaredDistance(x: Matrix, item: number, centres: Float64Array, centre: number): number {
  const width = x.columns;
  const start = item * width;
  const first = centre * width;
  let sum = 0;
  for (let i = 0; i < width; i++) {
    const difference = x.data[start + i] - centres[first + i];
    sum += difference * difference;
  }
  return sum;
}
