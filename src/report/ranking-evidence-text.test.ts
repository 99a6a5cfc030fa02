import { expect, test } from 'vitest';
import type { RankingEvidence } from '../evaluate/index.js';
import { formatRankingEvidence } from './ranking-evidence-text.js';
import { styleOf } from './style.js';

const plain = styleOf({ isTTY: false } as NodeJS.WriteStream);

function evidence(queries: number, pairs: number, more: Partial<RankingEvidence> = {}): RankingEvidence {
  return {
    schema: 1,
    tool: 'test',
    file: { name: 'onnx/model_int8.onnx', bytes: 25_000_000, sha256: 'b', precision: 'int8' },
    original: { name: 'onnx/model.onnx', bytes: 100_000_000, sha256: 'a', precision: 'fp32' },
    engine: { name: 'onnxruntime', version: '1.30.0', workers: 1, threadsPerWorker: 2 },
    pairs: { count: pairs, sha256: 'c', source: 'made up\u001b[2J' },
    ranking: {
      ...{ queries, topOneAgreement: 0.98, topKOverlap: 0.96, k: 10 },
      ...{ spearman: { mean: 0.9912, min: 0.87 }, scoreError: { mean: 0.0123, max: 0.1 } },
    },
    ...more,
  } as unknown as RankingEvidence;
}

test.each([
  [1, 1, 'Measured on 1 pair (1 query, '],
  [1, 20, 'Measured on 20 pairs (1 query, '],
  [1200, 24_000, 'Measured on 24,000 pairs (1,200 queries, '],
])('%i queries of %i pairs', (queries, pairs, text) => {
  expect(formatRankingEvidence(evidence(queries, pairs), plain)).toContain(text);
});

test('the figures stand beside the name, and what a file says draws nothing', () => {
  const text = formatRankingEvidence(evidence(2, 4), plain);
  expect(text).toMatch(/25\.0 MB +4\.0× +0\.9912 +0\.8700 +0\.980 +0\.960 +0\.0123 +–/);
  expect(text).toContain('made up\\u001b[2J');
  expect(text).toContain('onnxruntime 1.30.0, 1 worker with 2 threads');
  expect(text).not.toContain('\u001b');
});
