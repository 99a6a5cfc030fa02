import type { Evidence } from '../evaluate/index.js';
import type { Alternative } from '../pipeline/index.js';
import { alternativeName, alternativesTable, staticInWords } from '../report/index.js';
import { html, type Markup } from './markup.js';
import { taskReach } from './plots/task-plot.js';
import { verdictWord } from './side-by-side.js';
import { table } from './table.js';
import { taskFigure } from './task-section.js';

/** Draws models of another kind beside original and variants, each with its tasks; undefined where there are none. */
export function alternativesSection(
  evidences: readonly Evidence[],
  alternatives: readonly Alternative[],
): Markup | undefined {
  if (alternatives.length === 0) {
    return undefined;
  }
  const { headings, rows } = alternativesTable(evidences, alternatives);
  const cells = rows.map(({ cells: figures, verdict }) => [
    ...figures,
    { content: verdictWord({ verdict }), kind: 'word' as const },
  ]);
  const reach = taskReach(alternatives.flatMap(({ tasks }) => tasks));
  return html`<h2>Models of another kind</h2>
<p>Their vectors are their own, so they are judged by what they reach in tasks.</p>
${table('Original, variants and models of another kind', [...headings, 'verdict'], cells)}
${alternatives.map((alternative) => ofOne(alternative, reach))}`;
}

function ofOne(alternative: Alternative, reach: number): Markup {
  const name = alternativeName(alternative);
  const { kind, tasks, verdict } = alternative;
  const words = kind === 'static' ? staticInWords(alternative) : [];
  const failures = verdict?.failures ?? [];
  return html`<h3>${name}</h3>${words.map((line) => html`<p>${line}</p>`)}${failures.map(({ message }) => html`<p><span class="fail">✗</span> ${message}</p>`)}${taskFigure(
    name,
    tasks.filter(({ main }) => main),
    reach,
    true,
  )}`;
}
