import { breather } from '../base/index.js';
import { ascending, mean, quantile, randomNumbers } from '../numbers/index.js';
import { classMetrics, scoreMetrics, type TaskSamples } from './task-result.js';

export const resamples = 1000;
const tail = 0.025;

/**
 * Returns where 95 % of the differences (candidate − original) lie when what the figures were found from is drawn
 * anew, with replacement, the same for both models; undefined for a metric that cannot be found anew.
 *
 * @param onDraw is told before each of the {@link resamples} how many there were
 */
export async function differenceInterval(
  metric: string,
  original: TaskSamples,
  candidate: TaskSamples,
  onDraw: (done: number) => void,
): Promise<readonly [number, number] | undefined> {
  const redraw = redrawnDifference(metric, original, candidate);
  if (redraw === undefined) {
    return undefined;
  }
  const random = randomNumbers(1);
  const below = (count: number) => Math.floor(random() * count);
  const differences = new Float64Array(resamples);
  const breathe = breather();
  for (let resample = 0; resample < resamples; resample++) {
    await breathe();
    onDraw(resample);
    differences[resample] = redraw(below);
  }
  // A resample may have no correlation (all its truths equal): it says nothing. If none says anything, nor does this.
  const found = ascending(differences.filter((value) => !Number.isNaN(value)));
  return found.length === 0 ? [Number.NaN, Number.NaN] : [quantile(found, tail), quantile(found, 1 - tail)];
}

/** A whole random number from 0 on that is smaller than a count. */
type Draw = (count: number) => number;
type Redraw = (below: Draw) => number;
type Samples<Kind extends TaskSamples['kind']> = TaskSamples & { readonly kind: Kind };

/** Returns the difference of a metric over items drawn with replacement, drawn anew each time. */
function redrawnDifference(metric: string, original: TaskSamples, candidate: TaskSamples): Redraw | undefined {
  if (original.kind === 'items' && candidate.kind === 'items') {
    const [a, b] = [original.values[metric], candidate.values[metric]];
    return a && ((below) => meanDifference(a, b, below));
  }
  if (original.kind === 'scores' && candidate.kind === 'scores') {
    return redrawnScores(metric, original, candidate);
  }
  if (original.kind === 'predictions' && candidate.kind === 'predictions') {
    return redrawnPredictions(metric, original, candidate);
  }
  return undefined;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>, below: Draw): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const item = below(a.length);
    sum += b[item] - a[item];
  }
  return sum / a.length;
}

function redrawnScores(metric: string, original: Samples<'scores'>, candidate: Samples<'scores'>): Redraw | undefined {
  const name = original.metrics.find((known) => known === metric);
  if (name === undefined) {
    return undefined;
  }
  const items = new Uint32Array(original.truth.length);
  const drawn = (values: Float64Array) => Float64Array.from(items, (i) => values[i]);
  return (below) => {
    for (let i = 0; i < items.length; i++) {
      items[i] = below(items.length);
    }
    const truth = drawn(original.truth);
    const of = ({ scores }: Samples<'scores'>) => scoreMetrics[name](drawn(scores), truth);
    return of(candidate) - of(original);
  };
}

/**
 * Redraws both the test items and the training examples: with other samples, other items would have been tested, and
 * other examples learned from.
 */
function redrawnPredictions(
  metric: string,
  original: Samples<'predictions'>,
  candidate: Samples<'predictions'>,
): Redraw | undefined {
  if (!Object.hasOwn(classMetrics, metric)) {
    return undefined;
  }
  const of = classMetrics[metric as keyof typeof classMetrics];
  const { truth, experiments } = original;
  const weights = new Uint32Array(truth.length);
  return (below) => {
    weights.fill(0);
    for (let i = 0; i < weights.length; i++) {
      weights[below(weights.length)]++;
    }
    const difference = (experiment: number) =>
      of(truth, candidate.experiments[experiment], weights) - of(truth, experiments[experiment], weights);
    const known = new Map<number, number>();
    const drawn = experiments.map(() => {
      const experiment = below(experiments.length);
      const found = known.get(experiment) ?? difference(experiment);
      known.set(experiment, found);
      return found;
    });
    return mean(drawn);
  };
}
