import { scaleLinear } from 'd3-scale';
import { formatCount } from '../../base/index.js';
import type { Evidence, Fidelity } from '../../evaluate/index.js';
import { html, type Markup } from '../markup.js';
import { emptyNote, horizontalRange, percent, plot, rounded, verticalRange } from './plot.js';

const bins = 32;
const nothingFinite = 'no finite vectors';

/** Shows how the texts' cosines are spread, on one scale for all variants; what lies below it is counted. */
export function cosineHistogram({ file, fidelity }: Evidence, from: number): Markup {
  const x = scaleLinear([from, 1], horizontalRange);
  const values = fidelity.samples.cosines.filter((value) => !Number.isNaN(value));
  const below = values.filter((value) => value < from).length;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (value >= from) {
      counts[Math.min(bins - 1, Math.floor(((value - from) / (1 - from)) * bins))]++;
    }
  }
  const shares = counts.map((count) => count / Math.max(1, values.length));
  const y = scaleLinear([0, Math.max(0.1, ...shares)], verticalRange);
  const bars = shares.map((share, bin) => {
    const left = rounded(x(from + ((1 - from) * bin) / bins));
    const right = rounded(x(from + ((1 - from) * (bin + 1)) / bins));
    const top = rounded(y(share));
    return share === 0
      ? html``
      : html`<rect class="mark" x="${left}" y="${top}" width="${rounded(Math.max(0.5, right - left - 0.8))}" height="${rounded(verticalRange[0] - top)}"/>`;
  });
  const { mean, p1, min } = fidelity.cosine;
  // Samples stand for all texts.
  const lower = Math.round((below / Math.max(1, values.length)) * fidelity.texts);
  const note = lower === 0 ? '' : `${formatCount(lower)} of ${formatCount(fidelity.texts)} texts lie lower`;
  const mark =
    note === '' ? html`` : html`<text x="${horizontalRange[0] + 6}" y="${verticalRange[1] + 12}">← ${note}</text>`;
  const description = `${file.name}: cosines of ${fidelity.texts} texts to the original's vectors, mean ${mean.toFixed(4)}, first percentile ${p1.toFixed(4)}, lowest ${min.toFixed(4)}${note === '' ? '' : `; ${note} than shown`}`;
  return plot(
    description,
    { scale: x, label: 'cosine to the original', ticks: 4 },
    { scale: y, label: 'share of texts', ticks: 4, format: percent },
    values.length === 0 ? emptyNote(nothingFinite) : [...bars, mark],
  );
}

/**
 * Returns where the histograms' common scale begins: at the lowest cosine of the variants that passed, so that a ruined
 * one does not press the others together, but with a span that shows something.
 */
export function cosineStart(evidences: readonly Evidence[]): number {
  const passed = evidences.filter(({ verdict }) => verdict?.passed !== false);
  const lowest = (passed.length > 0 ? passed : evidences)
    .map(({ fidelity }) => fidelity.samples.cosines[0])
    .filter((value) => !Number.isNaN(value));
  const start = Math.min(0.999, ...lowest);
  return Math.floor(start * 200) / 200;
}

/** Returns what the scatters' common scale reaches over. */
export function similarityDomain(evidences: readonly Evidence[]): [number, number] {
  const all = evidences.flatMap(({ fidelity }) => finitePairs(fidelity).flat());
  return [Math.min(0, ...all), Math.max(0.1, ...all)];
}

/** Draws cosines between pairs of texts, before and after: they lie on the line where nothing changed. */
export function similarityScatter({ file, fidelity }: Evidence, domain: readonly [number, number]): Markup {
  const pairs = finitePairs(fidelity);
  const x = scaleLinear(domain, horizontalRange).nice();
  const y = scaleLinear(domain, verticalRange).nice();
  const [low, high] = x.domain();
  const dots = pairs.map(
    ([before, after]) => html`<circle class="dot" cx="${rounded(x(before))}" cy="${rounded(y(after))}" r="2"/>`,
  );
  const diagonal = html`<line class="guide" x1="${x(low)}" y1="${y(low)}" x2="${x(high)}" y2="${y(high)}"/>`;
  const { spearman, meanAbsoluteError, bias } = fidelity.similarity;
  const description = `${file.name}: similarities of ${pairs.length} pairs of texts under the original and the variant, Spearman ${spearman.toFixed(4)}, mean error ${meanAbsoluteError.toFixed(4)}, bias ${bias.toFixed(4)}`;
  return plot(
    description,
    { scale: x, label: 'similarity, original', ticks: 4 },
    { scale: y, label: 'similarity, variant', ticks: 4 },
    pairs.length === 0 ? emptyNote(nothingFinite) : [diagonal, ...dots],
  );
}

function finitePairs({ samples }: Fidelity): (readonly [number, number])[] {
  return samples.similarities.filter((pair) => !pair.some(Number.isNaN));
}

/** Draws the figures behind both pictures. */
export function fidelityFigures({ cosine, similarity, l2, neighbours }: Fidelity): [string, string][] {
  return [
    ['cosine, mean', cosine.mean.toFixed(5)],
    ['cosine, median', cosine.p50.toFixed(5)],
    ['cosine, first percentile', cosine.p1.toFixed(5)],
    ['cosine, lowest', cosine.min.toFixed(5)],
    ['L2 distance, mean', l2.mean.toFixed(5)],
    ['L2 distance, largest', l2.max.toFixed(5)],
    ['similarities: mean error', similarity.meanAbsoluteError.toFixed(5)],
    ['similarities: bias', similarity.bias.toFixed(5)],
    ['similarities: Spearman', similarity.spearman.toFixed(5)],
    ['same nearest neighbour', percent(neighbours.topOneAgreement)],
    [`overlap of ${neighbours.k} neighbours`, percent(neighbours.topKOverlap)],
  ];
}
