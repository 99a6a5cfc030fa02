import { formatCount, formatFigure } from '../../base/index.js';
import type { Evidence } from '../../evaluate/index.js';
import type { KnownSensitivity, Recommendation, UnusableVariant } from '../../pipeline/index.js';
import type { TaskComparison } from '../../tasks/index.js';
import { signed, taskName, withDeviation } from '../evaluation-text.js';
import { conditions } from '../evidence-text.js';
import {
  cosineHistogram,
  cosineStart,
  fidelityFigures,
  similarityDomain,
  similarityScatter,
} from './fidelity-plots.js';
import { html, type Markup } from './markup.js';
import { page } from './page.js';
import { sensitivityFigure } from './sensitivity-plot.js';
import { sideBySide } from './side-by-side.js';
import { type Cell, table } from './table.js';
import { taskPlot, taskReach } from './task-plot.js';
import { tradeOffFigure } from './trade-off-plot.js';
import { headline, unusablePanel, verdictPanel } from './verdicts.js';
import { worstTexts } from './worst-texts.js';

export interface HtmlReportOptions {
  readonly unusable?: readonly UnusableVariant[];
  readonly recommendations?: readonly Recommendation[];
  /** What quantizing the parts of a model costs, by name of the variant, where it is known. */
  readonly sensitivities?: Readonly<Record<string, KnownSensitivity>>;
}

/**
 * Evidence as one HTML page that needs nothing else: no network, no script. The verdicts come first; every plot has its
 * figures behind it.
 *
 * @param evidences of one original; none where no variant could be measured
 */
export function htmlReport(evidences: readonly Evidence[], options: HtmlReportOptions = {}): string {
  const { unusable = [] } = options;
  const title = evidences.length === 0 ? 'Quantized variants' : `Quantized variants of ${evidences[0].original.name}`;
  return page(
    title,
    html`<h1>${headline(evidences, unusable)}</h1>
<p>${title}. ${evidences.length === 0 ? undefined : conditions(evidences)}</p>
<div class="grid cards">${evidences.map(verdictPanel)}${unusable.map(unusablePanel)}</div>
${evidences.length === 0 ? undefined : measuredSections(evidences, options)}`,
  );
}

function measuredSections(evidences: readonly Evidence[], options: HtmlReportOptions): Markup {
  const start = cosineStart(evidences);
  const domain = similarityDomain(evidences);
  return html`${recommendationList(options.recommendations ?? [])}
<h2>Side by side</h2>
${sideBySide(evidences)}
<h2>Size, quality and speed</h2>
${tradeOffFigure(evidences)}
<h2>Vectors</h2>
<p>Each text has a vector from the original and one from the variant. 1 means the same direction.</p>
<div class="grid">${evidences.map((evidence) => vectorFigure(evidence, start))}</div>
<h2>Similarities between texts</h2>
<p>Pairs of texts: the nearer the dots to the line, the less a search finds anything else than before.</p>
<div class="grid">${evidences.map((evidence) => similarityFigure(evidence, domain))}</div>
${taskSection(evidences)}
${sensitivitySection(options.sensitivities ?? {})}
<h2>Texts that changed most</h2>
${evidences.map(worstTexts)}
<h2>What was measured</h2>
<p>Cosine, L2: between the two vectors of a text. Spearman: of the similarities of all pairs of texts. p1: one text in a hundred is worse. Neighbours: the nearest other texts.</p>
${identities(evidences)}`;
}

function recommendationList(recommendations: readonly Recommendation[]): Markup | undefined {
  if (recommendations.length === 0) {
    return undefined;
  }
  const items = recommendations.map(
    ({ use, variant, reason }) => html`<dt>${use}: ${variant ?? 'none'}</dt><dd>${reason}</dd>`,
  );
  return html`<h2>Which to take</h2><dl>${items}</dl>`;
}

function vectorFigure(evidence: Evidence, from: number): Markup {
  const { mean, min } = evidence.batchEffect?.cosine ?? {};
  return figure(evidence, cosineHistogram(evidence, from), [
    ...fidelityFigures(evidence.fidelity),
    ['alone against in a batch, mean cosine', formatFigure(mean, 5)],
    ['alone against in a batch, lowest', formatFigure(min, 5)],
  ]);
}

function similarityFigure(evidence: Evidence, domain: readonly [number, number]): Markup {
  const { spearman, meanAbsoluteError, bias, pairs } = evidence.fidelity.similarity;
  return figure(evidence, similarityScatter(evidence, domain), [
    ['pairs', formatCount(pairs)],
    ['Spearman', spearman.toFixed(5)],
    ['mean error', meanAbsoluteError.toFixed(5)],
    ['bias', bias.toFixed(5)],
  ]);
}

/** A plot with the figures behind it. */
function figure({ file }: Evidence, picture: Markup, figures: readonly (readonly [string, string])[]): Markup {
  const rows = figures.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return html`<figure class="panel"><h3>${file.name}</h3>${picture}<details><summary>Figures</summary><table><caption>${file.name}</caption><tbody>${rows}</tbody></table></details></figure>`;
}

function taskSection(evidences: readonly Evidence[]): Markup | undefined {
  const reach = taskReach(evidences.flatMap(({ tasks = [] }) => tasks));
  const sections = evidences.flatMap(({ file, tasks = [] }) => {
    if (tasks.length === 0) {
      return [];
    }
    const rows = tasks.map(taskRow);
    const headings = ['task', 'original', 'variant', 'difference', '95 % of draws', 'finding'];
    return [
      html`<figure class="panel"><h3>${file.name}</h3>${taskPlot(tasks, reach)}<details><summary>Figures</summary>${table(file.name, headings, rows)}</details></figure>`,
    ];
  });
  if (sections.length === 0) {
    return undefined;
  }
  return html`<h2>Tasks</h2><p>Dot: variant less original. Line: where 95 % of the differences lie when items are drawn anew, the same for both models (paired bootstrap). A line that crosses the middle is within noise.</p><div class="grid">${sections}</div>`;
}

function sensitivitySection(sensitivities: Readonly<Record<string, KnownSensitivity>>): Markup | undefined {
  const figures = Object.entries(sensitivities).map(([name, known]) => sensitivityFigure(name, known));
  return figures.length === 0
    ? undefined
    : html`<h2>Sensitivity</h2><p>What is lost if only the layers of one role are quantized: the farther right, the more a role needs its precision.</p><div class="grid broad-cards">${figures}</div>`;
}

function taskRow(comparison: TaskComparison): (Cell | string)[] {
  return [
    `${taskName(comparison)}, ${comparison.metric}`,
    withDeviation(comparison.original, comparison.deviations?.original),
    withDeviation(comparison.candidate, comparison.deviations?.candidate),
    signed(comparison.difference),
    comparison.interval?.map(signed).join(' … ') ?? '–',
    { content: comparison.finding ?? '–', kind: 'word' },
  ];
}

function identities(evidences: readonly Evidence[]): Markup {
  const [{ original, tool, texts }] = evidences;
  const entry = (name: string, sha256: string, recipe?: unknown) =>
    html`<dt>${name}</dt><dd class="faint">SHA-256 ${sha256}${recipe === undefined ? '' : html`<br>${JSON.stringify(recipe)}`}</dd>`;
  return html`<dl>${entry(`${original.name} (original)`, original.sha256)}${evidences.map(({ file, recipe }) =>
    entry(file.name, file.sha256, recipe),
  )}${entry(`texts: ${texts.source}`, texts.sha256)}</dl><p class="faint">Made by ${tool}.</p>`;
}
