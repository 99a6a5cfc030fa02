import { formatFigure } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import type { Recommendation, UnusableVariant } from '../pipeline/index.js';
import { likelyReason, taskName } from '../report/index.js';
import type { TaskComparison } from '../tasks/index.js';
import { gainsOf } from './gains.js';
import { html, type Markup } from './markup.js';
import { meters } from './meters.js';
import { fidelityFigures } from './plots/fidelity-plots.js';
import { ring } from './plots/ring.js';

/** What a card shows besides the figures of its variant. */
export interface CardContent {
  /** Short, as the page calls the variant everywhere. */
  readonly name: string;
  readonly pictures: readonly CardPicture[];
  readonly recommendations: readonly Recommendation[];
}

export interface CardPicture {
  readonly title: string;
  readonly picture: Markup;
}

/** Draws one variant: its verdict, what it is good for, what it brings and costs, its pictures, and all its figures. */
export function variantCard(evidence: Evidence, { name, pictures, recommendations }: CardContent): Markup {
  const { file, fidelity, verdict } = evidence;
  const uses = recommendations.filter(({ variant }) => variant === file.name);
  const badges = [file.precision, ...uses.map(({ use }) => use)].map((text) => html`<li>${text}</li>`);
  const refused = verdict?.passed === false;
  const k = fidelity.neighbours.k;
  return html`<article class="card${refused ? ' refused' : ''}">
<header><h2>${name}</h2>${status(evidence)}</header>
<ul class="badges">${badges}</ul>
${reasons(evidence)}
<div class="summary">
<div class="kept">${ring(gainsOf(evidence).kept, `Share of the ${k} nearest texts that stay the same`, refused ? 'bad' : 'good')}<div>search results<br>that stay the same</div></div>
${meters(evidence)}
</div>
${taskLines(evidence)}
<div class="pictures">${pictures.map(({ title, picture }) => html`<figure><h3>${title}</h3>${picture}</figure>`)}</div>
<details><summary>All figures</summary>${figures(evidence)}</details>
</article>`;
}

/** Makes the card of a variant that could not be measured. */
export function unusableCard({ name, why }: UnusableVariant): Markup {
  return html`<article class="card refused"><header><h2>${name}</h2><span class="status fail">✗ not measured</span></header><p>${why}</p></article>`;
}

function status({ verdict }: Evidence): Markup {
  if (verdict === undefined) {
    return html`<span class="status">not judged</span>`;
  }
  return verdict.passed
    ? html`<span class="status pass">✓ pass <small>gate ${verdict.gate}</small></span>`
    : html`<span class="status fail">✗ fail <small>gate ${verdict.gate}</small></span>`;
}

function reasons(evidence: Evidence): Markup | undefined {
  const { verdict } = evidence;
  const reason = likelyReason(evidence);
  const items = [
    ...(verdict?.failures ?? []).map(({ message }) => html`<li>${message}</li>`),
    ...(verdict?.undecided ?? []).map(({ message }) => html`<li class="faint">Not decided: ${message}</li>`),
    ...(reason === undefined ? [] : [html`<li>${reason}</li>`]),
  ];
  return items.length === 0 ? undefined : html`<ul class="reasons">${items}</ul>`;
}

const marks = { 'a loss': 'bad', 'a gain': 'good', 'within noise': '' } as const;

/** Writes the main figure of each task: before, after, and whether the difference is more than noise. */
function taskLines({ tasks = [] }: Evidence): Markup | undefined {
  const main = tasks.filter(({ main, asymmetric }) => main && !asymmetric);
  if (main.length === 0) {
    return undefined;
  }
  return html`<ul class="tasks">${main.map(taskLine)}</ul>`;
}

function taskLine(task: TaskComparison): Markup {
  const { metric, original, candidate, finding } = task;
  const found = finding === undefined ? undefined : html` <span class="finding ${marks[finding]}">${finding}</span>`;
  return html`<li><span>${taskName(task)} <span class="faint">${metric}</span></span><span>${formatFigure(original, 4)} → <b>${formatFigure(candidate, 4)}</b>${found}</span></li>`;
}

function figures({ file, fidelity, batchEffect }: Evidence): Markup {
  const { mean, min } = batchEffect?.cosine ?? {};
  const rows: (readonly [string, string])[] = [
    ...fidelityFigures(fidelity),
    ['alone against in a batch, mean cosine', formatFigure(mean, 5)],
    ['alone against in a batch, lowest cosine', formatFigure(min, 5)],
  ];
  return html`<table><caption>${file.name}</caption><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}
