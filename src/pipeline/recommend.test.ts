import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { type Evidence, gatePresets, judge } from '../evaluate/index.js';
import { recommend } from './recommend.js';

function variant(
  name: string,
  bytes: number,
  speed: number,
  cosine: number,
  method: string,
  precision: string,
): Evidence {
  const { neighbours } = soundEvidence().fidelity;
  const evidence = soundEvidence(
    {
      cosine: { mean: cosine, p50: cosine, p1: cosine, min: cosine },
      neighbours: { ...neighbours, topKOverlap: cosine },
    },
    {
      file: { name, bytes, sha256: '', precision },
      recipe: { method },
      run: { textsPerSecond: speed, peakBytes: 2e8 },
      tasks: [],
    },
  );
  return { ...evidence, verdict: judge(evidence, gatePresets.int8) };
}

const q4 = variant('q4', 15e6, 90, 0.9, 'q4', 'int4');
const int8 = variant('int8', 23e6, 330, 0.995, 'int8', 'int8');
const q8 = variant('q8', 25e6, 80, 0.9999, 'q8', '8-bit weights');
const fp16 = variant('fp16', 45e6, 110, 1, 'fp16', 'fp16');

const chosen = (...given: Parameters<typeof recommend>) =>
  Object.fromEntries(recommend(...given).map(({ use, variant }) => [use, variant]));

test('each use gets the best of those that passed', () => {
  expect(chosen([q4, int8, q8, fp16], { measuredWithVnni: true })).toEqual({
    'no measurable loss': 'q8',
    smallest: 'int8',
    'fastest here': 'int8',
    'server with AVX-512 VNNI': 'int8',
    phone: 'q8',
  });
});

test('speeds of a CPU without VNNI say nothing of one with it', () => {
  const careful = variant('careful', 24e6, 200, 0.999, 'int8-static', 'int8 static');
  const use = 'server with AVX-512 VNNI';
  expect(chosen([int8, careful], { measuredWithVnni: true })[use]).toBe('int8');
  const unmeasured = recommend([int8, careful]).find((recommendation) => recommendation.use === use);
  expect(unmeasured?.variant).toBe('careful');
  expect(unmeasured?.reason).toMatch(/speed was not measured on such a CPU$/i);
});

test('a phone gets a small and faithful variant, whatever memory Node took', () => {
  const phone = recommend([int8, q8, fp16]).find(({ use }) => use === 'phone');
  expect(phone).toEqual({
    use: 'phone',
    variant: 'q8',
    reason: 'closest to the original of the 2 smallest: 25.0 MB, cosine mean 0.9999. Not measured on a phone',
  });
});

test("a gate of one's own says what no measurable loss is", () => {
  const strict = { ...gatePresets.strict, limits: { cosineMean: 0.99999 } };
  expect(chosen([q8, fp16], { strict })['no measurable loss']).toBe('fp16');
});

test('weights in 8 bits that are widened before they are multiplied are no INT8 arithmetic', () => {
  const server = recommend([q8, fp16]).find(({ use }) => use === 'server with AVX-512 VNNI');
  expect(server).toEqual({ use: 'server with AVX-512 VNNI', reason: 'no variant multiplies integers' });
});

test('where every variant loses something, the closest is named', () => {
  const [faithful] = recommend([int8]);
  expect(faithful).toEqual({
    use: 'no measurable loss',
    reason: 'every variant loses a little (none passes the gate "strict"); the closest is int8, cosine mean 0.9950',
  });
});

test('what was refused is never recommended, and without measured speeds nothing is called fastest', () => {
  expect(recommend([q4]).every(({ variant }) => variant === undefined)).toBe(true);
  const { run: _, ...unmeasured } = int8;
  expect(recommend([unmeasured]).map(({ use }) => use)).not.toContain('fastest here');
});

test('the native engine multiplies integers, whatever the file holds', () => {
  const native = { ...fp16, engine: { ...fp16.engine, name: 'native' } };
  const server = 'server with AVX-512 VNNI';
  expect(chosen([native])[server]).toBe('fp16');
  expect(chosen([fp16])[server]).toBeUndefined();
});

test('of two that are as fast, as faithful or as small, the smaller and then the first is taken', () => {
  const twin = variant('twin', 20e6, 330, 0.995, 'int8', 'int8');
  expect(chosen([int8, twin])['fastest here']).toBe('twin');
  expect(chosen([int8, twin]).phone).toBe('twin');
  const same = variant('same', 23e6, 330, 0.995, 'int8', 'int8');
  expect(chosen([int8, same]).smallest).toBe('int8');
});

test('the gate of a phone: a quarter larger than the smallest, and no more', () => {
  const [small, fits, grown] = [
    variant('small', 20e6, 1, 0.99, 'int8', 'int8'),
    variant('fits', 25e6, 1, 0.995, 'q8', 'q8'),
    variant('grown', 25_000_001, 1, 0.999, 'q8', 'q8'),
  ];
  expect(chosen([small, fits, grown]).phone).toBe('fits');
  const alone = recommend([small]).find(({ use }) => use === 'phone');
  expect(alone?.reason).toMatch(/^the smallest: 20\.0 MB/);
});

test('speed is told beside that of the original, where both were measured', () => {
  const reasonOf = (evidence: Evidence) => recommend([evidence]).find(({ use }) => use === 'fastest here')?.reason;
  const original = { textsPerSecond: 100, peakBytes: 1 };
  expect(reasonOf({ ...int8, originalRun: original })).toBe(
    'measured on this machine: 3.3 times the speed of the original',
  );
  expect(reasonOf({ ...int8, originalRun: undefined })).toBe('measured on this machine');
  expect(reasonOf({ ...int8, run: undefined })).toBeUndefined();
});

test('sizes are told beside FP32, also of an original in half precision', () => {
  const reasonOf = (evidence: Evidence) => recommend([evidence]).find(({ use }) => use === 'smallest')?.reason;
  expect(reasonOf(int8)).toBe('23.0 MB, 74 % less than FP32, cosine mean 0.9950');
  const half = { ...int8.original, bytes: 45e6, fp32Bytes: 92e6 };
  expect(reasonOf({ ...int8, original: half })).toContain('75 % less than FP32');
});

test('of nothing there is nothing to recommend', () => {
  expect(recommend([])).toEqual([]);
});

describe('a search in two passes', () => {
  const task = (name: string, metric: string, candidate: number) => ({
    ...{ task: name, kind: 'retrieval' as const, metric, main: true, original: 0.8, candidate },
    ...{ difference: candidate - 0.8, interval: [-0.01, 0.01] as const, finding: 'within noise' as const },
  });
  const together = {
    first: 'static',
    candidates: 100,
    tasks: [task('a', 'ndcg@10', 0.79), task('a', 'recall@10', 0.9), task('b', 'ndcg@10', 0.5)],
    firstAlone: { a: 0.7, b: 0.4 },
  };

  test('is told with its figures, after everything else', () => {
    const all = recommend([int8], { twoPasses: { ...together, second: 'int8' } });
    expect(all.at(-1)).toEqual({
      use: 'search in two passes',
      variant: 'static, then int8',
      reason:
        'the static model finds 100 documents, int8 orders them: nDCG@10 0.790 in a (original alone 0.800, static alone 0.700); nDCG@10 0.500 in b (original alone 0.800, static alone 0.400)',
    });
  });

  test('takes the original where no variant is good enough, and stands where nothing else was compared', () => {
    expect(recommend([], { twoPasses: together })).toMatchObject([{ variant: 'static, then the original' }]);
  });
});
