import { expect, test } from 'vitest';
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
