import { counted, formatCount, formatFigure, printable } from '../base/index.js';
import type { DamagedText, Evidence, Neighbour, TextReference, Verdict } from '../evaluate/index.js';
import { formatComparisons } from './evaluation-text.js';
import { type Style, styleOf } from './style.js';
import { formatVariantTable, variantRows, verdictWord } from './variant-table.js';
import { cutToColumns } from './wrap.js';

/**
 * Shows one candidate against its original: table, verdict, and the texts that changed most, with what is nearest to
 * them.
 */
export function formatEvidence(evidence: Evidence, style: Style = styleOf(process.stdout)): string {
  return [
    formatVariantTable(variantRows([evidence]), style),
    `\n${conditions([evidence])}\n`,
    formatTasks(evidence, style),
    evidence.verdict ? `\n${formatVerdict(evidence.verdict, style)}` : '',
    formatReason(evidence),
    formatWorst(evidence.fidelity.worst.slice(0, 3), style),
  ].join('');
}

function formatReason(evidence: Evidence): string {
  const reason = likelyReason(evidence);
  return reason === undefined ? '' : `  ${reason}\n`;
}

function formatTasks({ tasks = [] }: Evidence, style: Style): string {
  return tasks.length === 0 ? '' : `\n${formatComparisons(tasks, style)}`;
}

/** Returns what the figures were measured with, in one line: the texts, and every engine that ran a candidate. */
export function conditions(evidences: readonly Evidence[]): string {
  const [{ texts }] = evidences;
  const engines = evidences.map(({ engine: { name, version, workers, threadsPerWorker, fallback, device } }) => {
    const because = fallback === undefined ? '' : ` (not native: ${printable(fallback)})`;
    return `${name} ${version}${device === undefined ? '' : ` on ${printable(device)}`}, ${counted(workers, 'worker')} with ${counted(threadsPerWorker, 'thread')}${because}`;
  });
  const run = [...new Set(engines)].join('; ');
  // Where models read differently, the candidates that do are told for themselves.
  const { truncated = 0, maxTokens } = texts.original ?? texts;
  const cut = truncated > 0 ? `, ${formatCount(truncated)} of them cut to ${maxTokens} tokens` : '';
  const others = evidences.flatMap((evidence) => [
    ...waysOfEmbedding(evidence),
    ...[otherReading(evidence) ?? []].flat(),
  ]);
  const notes = [...new Set([...others, ...evidences.flatMap(elsewhere)])].map((note) => ` ${note}`).join('');
  return `Measured on ${formatCount(texts.count)} texts (${printable(texts.source)})${cut}; ${run}.${notes}`;
}

/** Describes how the file behaves on a second engine. */
function elsewhere({ file, alsoOn }: Evidence): string[] {
  if (alsoOn === undefined) {
    return [];
  }
  const { engine, fidelity } = alsoOn;
  const [mean, p1] = [fidelity.cosine.mean, fidelity.cosine.p1].map((figure) => formatFigure(figure, 4));
  return [
    `${printable(file.name)} on ${engine.name} ${engine.version}, ${formatCount(fidelity.texts)} of the texts: cosine mean ${mean}, p1 ${p1}.`,
  ];
}

/**
 * Describes the output that vectors were made from, and the pooling, where they are not those that the model's own
 * files name.
 */
function waysOfEmbedding({ engine: { output, pooling } }: Evidence): string[] {
  const isUsual = output === undefined || usualOutputs.has(output.name);
  return [
    ...(isUsual ? [] : [`Output: ${printable(output.name)} (${printable(output.reason)}).`]),
    ...(pooling === undefined || pooling.endsWith('(modules.json)') ? [] : [`Pooling: ${printable(pooling)}.`]),
  ];
}

const usualOutputs = new Set(['last_hidden_state', 'token_embeddings', 'sentence_embedding']);

/** Says that a candidate reads more or less of the texts than its original; undefined where it reads the same. */
export function otherReading({ file, texts }: Evidence): string | undefined {
  const { maxTokens, truncated = 0, original } = texts;
  if (maxTokens === undefined || original === undefined || original.maxTokens === maxTokens) {
    return undefined;
  }
  const cut = (count: number) => `${formatCount(count)} of ${formatCount(texts.count)} texts cut`;
  return `${printable(file.name)} reads ${maxTokens} tokens of a text (${cut(truncated)}), the original ${original.maxTokens} (${cut(original.truncated)}).`;
}

/** Says why a refused candidate may differ, where that is no matter of its weights. */
export function likelyReason(evidence: Evidence): string | undefined {
  const reading = otherReading(evidence);
  const { truncated = 0, original } = evidence.texts;
  const isSeen = truncated > 0 || (original?.truncated ?? 0) > 0;
  return evidence.verdict?.passed === false && isSeen && reading !== undefined
    ? `Likely reason: ${reading}`
    : undefined;
}

/** Shows the verdict, with every failure and every loss that may be noise on a line of its own. */
export function formatVerdict(verdict: Verdict, style: Style): string {
  const reasons = verdict.failures.map(({ message }) => `  ${style.paint('red', '✗')} ${message}\n`).join('');
  const undecided = verdict.undecided.map(({ message }) => `  ${style.paint('yellow', '?')} ${message}\n`).join('');
  return `${verdictWord(verdict, style)} (gate ${verdict.gate})\n${reasons}${undecided}`;
}

function formatWorst(worst: readonly DamagedText[], style: Style): string {
  const lines = worst.map((text) => {
    const [before, after] = [text.neighboursBefore, text.neighboursAfter].map(([nearest]) => nearest);
    const same = before?.index === after?.index;
    return [
      textLine(formatFigure(text.cosine, 4), text, style),
      neighbourLine(same ? 'nearest' : 'nearest before', before, style),
      same ? '' : neighbourLine('nearest after', after, style),
    ].join('');
  });
  return `\nChanged most (cosine to the original's vector, nearest other text)\n${lines.join('')}`;
}

function neighbourLine(which: string, neighbour: Neighbour | undefined, style: Style): string {
  return neighbour === undefined
    ? ''
    : textLine(`        ${which} ${formatFigure(neighbour.similarity, 3)}`, neighbour, style);
}

function textLine(lead: string, { index, text }: TextReference, style: Style): string {
  const shown = text === undefined ? `text ${index}` : printable(text);
  return `  ${lead}  ${cutToColumns(shown, style.columns - lead.length - 6)}\n`;
}
