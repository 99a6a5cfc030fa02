import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets, judge } from '../evaluate/index.js';
import { htmlReport } from '../pages/index.js';
import type { Alternative } from '../pipeline/index.js';
import { alternativesTable, keptInWords, staticInWords } from './alternatives-table.js';
import { formatComparison } from './comparison-text.js';
import { junitXml } from './junit.js';
import { markdownSection } from './markdown.js';
import { plainStyle } from './style.js';

const sound = soundEvidence();
const variant = { ...sound, verdict: judge(sound, gatePresets.int8) };
const { schema, tool, original, engine, originalRun, tasks = [] } = sound;
const measured: Alternative = {
  ...{ schema, tool, original, engine, originalRun, kind: 'static', width: 256 },
  file: { name: 'mini|static', bytes: 7_600_000, sha256: 'd'.repeat(64), precision: 'int8' },
  likeness: {
    ...{ texts: 1000, spearman: 0.812, k: 10, topKOverlap: 0.44 },
    ...{ nonFinite: { original: 0, candidate: 0 }, zero: { original: 0, candidate: 0 } },
  },
  run: { textsPerSecond: 23_000, peakBytes: 90_000_000 },
  tasks: tasks.map((task) => {
    const difference = -0.25 * task.original;
    return { ...task, candidate: 0.75 * task.original, difference, interval: undefined, finding: 'a loss' };
  }),
};
const alternative = { ...measured, verdict: judge(measured, gatePresets.static) };

test('original, variants and static models stand side by side, with the main figure of each task', () => {
  const { headings, rows } = alternativesTable([variant], [alternative]);
  expect(headings).toEqual(['model', 'size', 'dimensions', 'texts/s', 'toy sts, spearman', 'toy retrieval, ndcg@10']);
  expect(rows.map(({ cells }) => cells)).toEqual([
    ['original (fp32)', '90.0 MB', '384', '115', '0.8203', '0.8029'],
    ['onnx/model_int8.onnx', '23.0 MB', '384', '300', '0.8190', '0.7951'],
    ['mini|static (static, int8)', '7.60 MB', '256', '23,000', '0.6152', '0.6022'],
  ]);
});

test('without variants and speeds what is left is shown', () => {
  const { run: _, originalRun: __, ...untimed } = alternative;
  const { headings, rows } = alternativesTable([], [untimed]);
  expect(headings).not.toContain('texts/s');
  expect(rows.map(({ cells }) => cells[2])).toEqual(['–', '256']);
});

test('words say what a static model keeps, and what it cannot do', () => {
  const [kept, ...others] = staticInWords(alternative);
  expect(kept).toBe(
    'mini|static keeps 75 % of spearman in toy sts, 75 % of ndcg@10 in toy retrieval; it takes 7.60 MB, 200 times as many texts a second as the original.',
  );
  expect(others.join(' ')).toMatch(/sort, group.*order of words, negation/);
});

test('of a static model that no task was run with nothing is said to be kept', () => {
  expect(staticInWords({ ...alternative, tasks: [] })[0]).toMatch(/^mini\|static takes 7\.60 MB, 200 times as many/);
});

test('what is kept of nothing, or of less than nothing, has no share', () => {
  const [first] = alternative.tasks;
  const kept = (original: number, candidate: number) => keptInWords({ tasks: [{ ...first, original, candidate }] });
  expect(kept(0.8, 0.4)).toBe('50 % of spearman in toy sts');
  expect([kept(0.8, -0.1), kept(0, 0.1), kept(Number.NaN, 0.1)]).toEqual(
    Array(3).fill('nothing of spearman in toy sts'),
  );
});

const comparison = {
  evidences: [variant],
  alternatives: [alternative],
  unusable: [],
  recommendations: [
    { use: 'search in two passes', variant: 'mini|static, then onnx/model_int8.onnx', reason: 'nDCG@10 0.790' },
  ],
  sensitivities: {},
} as const;

test('the terminal shows table, verdict, tasks, words and the two passes', () => {
  const text = formatComparison(comparison, { ...plainStyle, columns: 200 });
  expect(text).toMatch(/^mini\|static \(static, int8\) +7\.60 MB +256 +23,000 +0\.6152 +0\.6022 +FAIL$/m);
  expect(text).toContain('mini|static: FAIL (gate static)\n  ✗ loss of Spearman in similarity tasks is 0.2051');
  expect(text).toContain('Spearman 0.812 to the original, 44 % of the 10 nearest texts the same.');
  expect(text).toContain('  search in two passes: mini|static, then onnx/model_int8.onnx (nDCG@10 0.790)');
});

test('with a static model alone there is a report, too', () => {
  const alone = { ...comparison, evidences: [] };
  expect(formatComparison(alone, plainStyle)).toContain('mini|static (static, int8)');
  const page = htmlReport([], alone);
  expect(page).toContain('<h1>mini|static (static, int8) keeps 75 % of spearman in toy sts');
  expect(page).toContain('0 of 1 models pass');
});

test('HTML, Markdown and JUnit have it', () => {
  expect(htmlReport([variant], comparison)).toContain('<h2>Models of another kind</h2>');
  const section = markdownSection([variant], [], [alternative]);
  expect(section).toContain(
    '| mini static (static, int8) | 7.60 MB | 256 | 23,000 | 0.6152 | 0.6022 | **fail** (static) |',
  );
  const xml = junitXml([variant], [], [alternative]);
  expect(xml).toContain('tests="2" failures="1" errors="0"');
  expect(xml).toContain('name="mini|static passes the gate static"');
});
