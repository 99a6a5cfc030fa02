import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets, judge } from '../evaluate/index.js';
import { sideBySide } from './side-by-side.js';

/** Tables as rows of cells. */
function tablesOf(text: string): string[][][] {
  return (text.match(/<table.*?<\/table>/gs) ?? []).map((table) =>
    (table.match(/<tr>.*?<\/tr>/gs) ?? []).map((row) =>
      (row.match(/<t[hd][^>]*>.*?<\/t[hd]>/gs) ?? []).map((cell) => cell.replaceAll(/<[^>]+>/g, '')),
    ),
  );
}

const sound = soundEvidence();
const int8 = { ...sound, verdict: judge(sound, gatePresets.int8) };
const unmeasured = soundEvidence(
  {},
  { file: { ...sound.file, name: 'onnx/model_q4.onnx', bytes: 15e6 }, run: undefined, tasks: [] },
);

describe('original and variants side by side', () => {
  const [variants, tasks] = tablesOf(sideBySide([int8, unmeasured]).text);

  test('every row has a cell for each heading', () => {
    for (const rows of [variants, tasks]) {
      expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
    }
  });

  test('figures stand below their headings', () => {
    const [headings, original, first, second] = variants;
    const cell = (row: string[], heading: string) => row[headings.indexOf(heading)];
    expect([original, first, second].map(([name]) => name)).toEqual(['original', 'model_int8', 'model_q4']);
    expect(cell(original, 'size')).toBe('90.0 MB');
    expect([cell(first, 'times smaller'), cell(second, 'times smaller')]).toEqual(['3.9', '6.0']);
    expect(cell(first, 'cosine p1')).toBe('0.9792');
    expect(cell(first, '10 neighbours kept')).toBe('0.911');
    expect([cell(original, 'texts/s'), cell(first, 'texts/s'), cell(second, 'texts/s')]).toEqual(['115', '300', '–']);
    expect(cell(second, 'verdict')).toBe('–');
  });

  test('main figures of tasks are those that MTEB ranks by; what was not measured is a dash', () => {
    expect(tasks[0]).toEqual(['variant', 'verdict', 'toy sts, spearman', 'toy retrieval, ndcg@10']);
    expect(tasks[1]).toEqual(['original', '–', '0.8203', '0.8029']);
    expect(tasks[2].slice(2)).toEqual(['0.8190', '0.7951']);
    expect(tasks[3].slice(2)).toEqual(['–', '–']);
  });
});

test('without tasks there is one table, and an original stored in FP16 says what it is in FP32', () => {
  const { file, original } = sound;
  const stored = soundEvidence({}, { file, original: { ...original, bytes: 45e6, fp32Bytes: 90e6 }, tasks: undefined });
  const tables = tablesOf(sideBySide([stored]).text);
  expect(tables).toHaveLength(1);
  expect(tables[0][1]).toContain('45.0 MB (90.0 MB in FP32)');
});
