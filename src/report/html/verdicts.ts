import { formatBytes, formatFigure } from '../../base/index.js';
import type { Evidence } from '../../evaluate/index.js';
import type { UnusableVariant } from '../../pipeline/index.js';
import { likelyReason } from '../evidence-text.js';
import { html, type Markup } from './markup.js';

/** What a reader wants to know first, in one line. */
export function headline(evidences: readonly Evidence[], unusable: readonly UnusableVariant[]): string {
  const passed = evidences.filter(({ verdict }) => verdict?.passed).length;
  const total = evidences.length + unusable.length;
  if (total === 1) {
    const [name] = [...evidences.map(({ file }) => file.name), ...unusable.map(({ name }) => name)];
    const found = passed === 1 ? 'passes its gate' : 'does not pass its gate';
    return `${name} ${unusable.length === 1 ? 'could not be measured' : found}`;
  }
  const failed = unusable.length === 0 ? '' : `, ${unusable.length} cannot run`;
  return `${passed} of ${total} variants pass their gates${failed}`;
}

export function verdictPanel(evidence: Evidence): Markup {
  const { file, fidelity, verdict } = evidence;
  const reason = likelyReason(evidence);
  const reasons = [
    ...(verdict?.failures ?? []).map(({ message }) => html`<li>${message}</li>`),
    ...(verdict?.undecided ?? []).map(({ message }) => html`<li class="faint">Not decided: ${message}</li>`),
    ...(reason === undefined ? [] : [html`<li>${reason}</li>`]),
  ];
  const word = verdict === undefined ? 'not judged' : verdict.passed ? '✓ pass' : '✗ fail';
  const kind = verdict === undefined ? 'faint' : verdict.passed ? 'pass' : 'fail';
  const gate = verdict === undefined ? undefined : html`<span class="faint">gate ${verdict.gate}</span>`;
  const list = reasons.length > 0 ? html`<ul>${reasons}</ul>` : undefined;
  return html`<section class="panel"><h2>${file.name}</h2><div><span class="${kind}">${word}</span> ${gate}</div><div>${formatBytes(file.bytes)}, cosine mean ${formatFigure(fidelity.cosine.mean, 4)}, lowest ${formatFigure(fidelity.cosine.min, 4)}</div>${list}</section>`;
}

export function unusablePanel({ name, why }: UnusableVariant): Markup {
  return html`<section class="panel"><h2>${name}</h2><div><span class="fail">✗ not measured</span></div><div>${why}</div></section>`;
}
