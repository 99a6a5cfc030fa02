import { formatCount } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import type { Alternative, KnownSensitivity, Recommendation, UnusableVariant } from '../pipeline/index.js';
import { conditions, shortVariantNames } from '../report/index.js';
import { alternativesSection } from './alternatives-section.js';
import { headlineOf } from './headline.js';
import { html, type Markup } from './markup.js';
import { page } from './page.js';
import { cosineHistogram, cosineStart, similarityDomain, similarityScatter } from './plots/fidelity-plots.js';
import { sensitivityFigure } from './plots/sensitivity-plot.js';
import { smallTradeOff, tradeOffFigure } from './plots/trade-off-plot.js';
import { sideBySide } from './side-by-side.js';
import { taskSection } from './task-section.js';
import { type CardPicture, unusableCard, variantCard } from './variant-card.js';
import { worstTexts } from './worst-texts.js';

export interface HtmlReportOptions {
  /** Variants that could not be measured, and why. */
  readonly unusable?: readonly UnusableVariant[];
  /** Models of another kind beside the variants. */
  readonly alternatives?: readonly Alternative[];
  /** What is recommended for which use. */
  readonly recommendations?: readonly Recommendation[];
  /** What quantizing the parts of a model costs, by name of the variant, where it is known. */
  readonly sensitivities?: Readonly<Record<string, KnownSensitivity>>;
}

/**
 * Writes evidence as one HTML page that needs nothing else: no network, no script. It begins with what was won and
 * lost, in a sentence for everybody; then comes a card for each variant, and at the end all figures.
 *
 * @param evidences of one original; none where no variant could be measured
 */
export function htmlReport(evidences: readonly Evidence[], options: HtmlReportOptions = {}): string {
  const { unusable = [], alternatives = [] } = options;
  const original = (evidences[0] ?? alternatives[0])?.original.name;
  const title = original === undefined ? 'Quantized variants' : `Quantized variants of ${original}`;
  // With one variant there is nothing to choose from.
  const recommendations = evidences.length + alternatives.length > 1 ? (options.recommendations ?? []) : [];
  return page(
    title,
    html`${opening(title, evidences, options)}
${recommendationTiles(recommendations, evidences)}
<section class="${cardsClass(evidences.length + unusable.length)}">${cards(evidences, recommendations)}${unusable.map(unusableCard)}</section>
${alternativesSection(evidences, alternatives)}
${evidences.length === 0 ? undefined : details(evidences, options)}`,
  );
}

function opening(title: string, evidences: readonly Evidence[], options: HtmlReportOptions): Markup {
  const { sentence, explanation, tally, good } = headlineOf(evidences, options.unusable ?? [], options.alternatives);
  return html`<header class="opening">
<p class="title"><span class="mark"></span>octavec <span class="faint">${title}</span><span class="status ${good ? 'pass' : 'fail'}">${good ? '✓' : '✗'} ${tally}</span></p>
<h1>${sentence}</h1>
<p class="lead">${explanation}${evidences.length === 0 ? undefined : ` ${searchResults(evidences)}`}</p>
</header>`;
}

/** Explains what the page calls search results. */
function searchResults([{ fidelity, texts }]: readonly Evidence[]): string {
  const { k } = fidelity.neighbours;
  return `Search results are the ${k} nearest texts, searched for each of ${formatCount(texts.count)} texts with the original and with the variant.`;
}

function recommendationTiles(
  recommendations: readonly Recommendation[],
  evidences: readonly Evidence[],
): Markup | undefined {
  if (recommendations.length === 0) {
    return undefined;
  }
  const names = shortVariantNames(evidences);
  const nameOf = (file: string) => names[evidences.findIndex((evidence) => evidence.file.name === file)] ?? file;
  const tiles = recommendations.map(
    ({ use, variant, reason }) =>
      html`<div class="tile"><dt>${use}</dt><dd><b>${variant === undefined ? 'none' : nameOf(variant)}</b><span class="faint">${reason}</span></dd></div>`,
  );
  return html`<h2>Which one to take</h2><dl class="tiles">${tiles}</dl><h2>Variants</h2>`;
}

/** Returns the class that puts four cards two by two rather than three and one. */
function cardsClass(count: number): string {
  return count === 1 ? 'cards solo' : count === 4 ? 'cards paired' : 'cards';
}

/** Draws the cards. One with a row to itself has room for all pictures, one with half a row for two of them. */
function cards(evidences: readonly Evidence[], recommendations: readonly Recommendation[]): Markup[] {
  const start = cosineStart(evidences);
  const domain = similarityDomain(evidences);
  const names = shortVariantNames(evidences);
  return evidences.map((evidence, i) => {
    const histogram = { title: 'Vectors: cosine to the original', picture: cosineHistogram(evidence, start) };
    const scatter = { title: 'Similarities of pairs of texts', picture: similarityScatter(evidence, domain) };
    const tradeOff = { title: 'Size and search results', picture: smallTradeOff(evidences) };
    const pictures: CardPicture[] = evidences.length === 1 ? [tradeOff, histogram, scatter] : [histogram];
    if (evidences.length === 2) {
      pictures.push(scatter);
    }
    return variantCard(evidence, { name: names[i], pictures, recommendations });
  });
}

function details(evidences: readonly Evidence[], { sensitivities = {} }: HtmlReportOptions): Markup {
  const names = shortVariantNames(evidences);
  return html`${evidences.length > 1 ? html`<h2>Size, quality and speed</h2>${tradeOffFigure(evidences)}` : undefined}
<h2>Side by side</h2>
${sideBySide(evidences)}
${evidences.length > 2 ? similaritySection(evidences) : undefined}
${taskSection(evidences)}
${sensitivitySection(sensitivities)}
<h2>Texts that changed most</h2>
${evidences.map((evidence, i) => worstTexts(names[i], evidence, evidences.length === 1))}
<h2>How this was measured</h2>
<p>${conditions(evidences)}</p>
<p>Cosine and L2 compare the two vectors of a text; a cosine of 1 means the same direction. p1: one text in a hundred is worse. Spearman compares the similarities of all pairs of texts.</p>
${identities(evidences)}`;
}

function similaritySection(evidences: readonly Evidence[]): Markup {
  const domain = similarityDomain(evidences);
  const names = shortVariantNames(evidences);
  const figures = evidences.map(
    (evidence, i) => html`<figure class="panel"><h3>${names[i]}</h3>${similarityScatter(evidence, domain)}</figure>`,
  );
  return html`<h2>Similarities between texts</h2>
<p>A dot is a pair of texts. On the line nothing changed; far from it, a search finds something else than before.</p>
<div class="grid">${figures}</div>`;
}

function sensitivitySection(sensitivities: Readonly<Record<string, KnownSensitivity>>): Markup | undefined {
  const figures = Object.entries(sensitivities).map(([name, known]) => sensitivityFigure(name, known));
  return figures.length === 0
    ? undefined
    : html`<h2>Sensitivity</h2><p>The loss when only the layers of one role are quantized. Roles further to the right need their precision more.</p><div class="grid broad-cards">${figures}</div>`;
}

function identities(evidences: readonly Evidence[]): Markup {
  const [{ original, tool, texts }] = evidences;
  const entry = (name: string, sha256: string, recipe?: unknown) =>
    html`<dt>${name}</dt><dd class="faint">SHA-256 ${sha256}${recipe === undefined ? '' : html`<br>${JSON.stringify(recipe)}`}</dd>`;
  const entries = evidences.map(({ file, recipe }) => entry(file.name, file.sha256, recipe));
  return html`<details><summary>Files, checksums and recipes</summary><dl>${entry(`${original.name} (original)`, original.sha256)}${entries}${entry(`texts: ${texts.source}`, texts.sha256)}</dl></details><p class="faint">Made by ${tool}.</p>`;
}
