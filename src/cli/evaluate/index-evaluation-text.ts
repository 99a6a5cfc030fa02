import { formatBytes, formatCount, formatFigure, printable } from '../../base/index.js';
import { formatTable, type Style, signed, styleOf } from '../../report/index.js';
import type { IndexEvaluation, WayResult } from '../../search/index.js';

const metrics = ['ndcg@10', 'recall@10', 'recall@100', 'mrr@10'] as const;

/** Shows what each way to answer from an index is worth, and what it costs. */
export function formatIndexEvaluation(evaluation: IndexEvaluation, style: Style = styleOf(process.stdout)): string {
  const { documents, passages, questions, model, questionMs, ways } = evaluation;
  const head = ['', ...metrics, 'against float32', '95 %', 'p50', 'p99', 'scanned'];
  const times = Object.entries(questionMs).map(
    ([by, { p50, p99 }]) => `${by === 'own' ? model : evaluation.variant} ${ms(p50)} (p99 ${ms(p99)})`,
  );
  return [
    `${formatCount(documents)} documents, ${formatCount(passages)} passages, ${formatCount(questions)} questions, ${printable(model)}\n`,
    formatTable([head, ...ways.map(row)], style),
    `Embedding a question takes ${printable(times.join(', '))}; p50 and p99 are of the search behind it.\n`,
    'Intervals hold 95 % of the differences in nDCG@10 when questions are drawn anew (paired bootstrap, 1,000 draws).\n',
  ].join('');
}

function row({ name, metrics: figures, comparisons, searchMs, scannedBytes }: WayResult): string[] {
  const main = comparisons.find((one) => one.main);
  return [
    printable(name),
    ...metrics.map((metric) => formatFigure(figures[metric], 4)),
    main === undefined ? '–' : signed(main.difference),
    main?.interval?.map(signed).join(' … ') ?? '–',
    ms(searchMs.p50),
    ms(searchMs.p99),
    scannedBytes === 0 ? '–' : formatBytes(scannedBytes),
  ];
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}
