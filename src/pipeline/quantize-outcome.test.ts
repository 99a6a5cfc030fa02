import { expect, test } from 'vitest';
import type { Verdict } from '../evaluate/index.js';
import type { MethodName } from '../methods/index.js';
import { gateError } from './quantize-outcome.js';

const failures = ['cosine mean is 0.9, the limit is at least 0.97', 'cosine p1 is 0.8, the limit is at least 0.94'].map(
  (message) => ({ metric: 'cosineMean', figure: 0.9, limit: 0.97, message }) as const,
);
const passed: Verdict = { gate: 'int8', passed: true, failures: [], undecided: [], notMeasured: [] };
const refused: Verdict = { ...passed, passed: false, failures };

const variant = (method: MethodName, verdict?: Verdict) => ({
  method,
  path: `/m/${method}.onnx`,
  evidence: { verdict },
});

test('the first variant that the gate refused is the error, with all its reasons', () => {
  const error = gateError({ variants: [variant('fp16', passed), variant('q4', refused), variant('int8', refused)] });
  expect(error?.code).toBe('GATE_REFUSED');
  expect(error?.message).toContain('/m/q4.onnx');
  expect(error?.message).toContain(`${failures[0].message}; ${failures[1].message}`);
});

test('a search that missed its target is another error than a refusal', () => {
  expect(gateError({ variants: [variant('auto', refused)] })?.code).toBe('TARGET_MISSED');
});

test('there is none where all passed, nothing was judged, or one was chosen by its size', () => {
  expect(gateError({ variants: [variant('fp16', passed), variant('q8')] })).toBeUndefined();
  expect(gateError({ variants: [] })).toBeUndefined();
  const choice = { maxSize: 1, chosen: 'int8', reason: '' } as const;
  expect(gateError({ variants: [variant('q4', refused), variant('int8', passed)], choice })).toBeUndefined();
});
