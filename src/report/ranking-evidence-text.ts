import { counted, formatBytes, formatCount, formatDuration, formatFigure, printable } from '../base/index.js';
import { type RankingEvidence, sizeReduction } from '../evaluate/index.js';
import type { RerankerOutcome } from '../pipeline/index.js';
import { formatVerdict } from './evidence-text.js';
import { quoted, shortPath } from './shell-words.js';
import { type Style, styleOf } from './style.js';
import { formatTable } from './text-table.js';
import { verdictWord } from './variant-table.js';

/** Formats a reranker beside its original: how far it keeps scores and the order of texts, and the verdict. */
export function formatRankingEvidence(evidence: RankingEvidence, style: Style = styleOf(process.stdout)): string {
  const verdict = evidence.verdict ? `\n${formatVerdict(evidence.verdict, style)}` : '';
  return `${table([evidence], style)}\n${conditions(evidence)}\n${verdict}`;
}

/** Formats what was made of a reranker: the table, then for each variant its verdict and where it stands. */
export function formatRerankerOutcome(outcome: RerankerOutcome, style: Style = styleOf(process.stdout)): string {
  const evidences = outcome.variants.map(({ evidence }) => evidence);
  const made = outcome.variants.find(({ published }) => published);
  return [
    table(evidences, style),
    `\n${conditions(evidences[0])}\n`,
    ...outcome.variants.flatMap(({ method, path, published, evidence, notes, seconds }) => [
      `\n${style.paint('bold', method)}: ${published ? shortPath(path) : 'not written (`force` writes what the gate refuses)'}`,
      ` (${formatDuration(seconds)})\n`,
      ...notes.map((note) => `  note: ${printable(note)}\n`),
      evidence.verdict ? formatVerdict(evidence.verdict, style) : '',
    ]),
    ...outcome.failures.map(
      ({ method, error }) => `\n${style.paint('red', '✗')} ${method} failed: ${printable(error.message)}\n`,
    ),
    made === undefined
      ? ''
      : `\nNext:\n  npx ${style.paint('cyan', 'octavec rerank')} ${quoted(made.path)} --query "…" --file texts.txt\n`,
  ].join('');
}

function table(evidences: readonly RankingEvidence[], style: Style): string {
  const k = evidences[0].ranking.k;
  const heading = [
    'variant',
    'size',
    'FP32 ÷ size',
    'Spearman',
    'least',
    'best text',
    `best ${k}`,
    'score error',
    'verdict',
  ];
  const rows = evidences.map((evidence) => {
    const { file, ranking, verdict } = evidence;
    return [
      file.name.replace(/\.onnx$/, ''),
      formatBytes(file.bytes),
      `${sizeReduction(evidence).toFixed(1)}×`,
      formatFigure(ranking.spearman.mean, 4),
      formatFigure(ranking.spearman.min, 4),
      formatFigure(ranking.topOneAgreement, 3),
      formatFigure(ranking.topKOverlap, 3),
      formatFigure(ranking.scoreError.mean, 4),
      verdict ? verdictWord(verdict, style) : '–',
    ];
  });
  return formatTable([heading, ...rows], style);
}

function conditions({ pairs, ranking, engine }: RankingEvidence): string {
  const { name, version, workers, threadsPerWorker } = engine;
  const queries = ranking.queries === 1 ? '1 query' : `${formatCount(ranking.queries)} queries`;
  return `Measured on ${formatCount(pairs.count)} ${pairs.count === 1 ? 'pair' : 'pairs'} (${queries}, ${printable(pairs.source)}); ${name} ${version}, ${counted(workers, 'worker')} with ${counted(threadsPerWorker, 'thread')}. Spearman: of the scores of a query's texts.`;
}
