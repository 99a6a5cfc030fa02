import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import type { TaskComparison, TaskKind } from '../tasks/index.js';
import { failuresAsText, type Gate, judge, withLimits } from './gate.js';
import { gateMetricNames } from './gate-metrics.js';
import { gatePresets } from './gate-presets.js';

/** cosine mean, p1, min and overlap as measured for all-MiniLM-L6-v2 under known recipes. */
function measured(mean: number, p1: number, min: number, topKOverlap: number) {
  const { neighbours } = soundEvidence().fidelity;
  return soundEvidence(
    { cosine: { mean, p50: mean, p1, min }, neighbours: { ...neighbours, topKOverlap } },
    { tasks: [] },
  );
}

describe('presets tell sound recipes from bad ones', () => {
  test.each([
    ['dynamic, per channel', 'int8', 0.9926, 0.9792, 0.9669, 0.911, true],
    ['a published file', 'int8', 0.9909, 0.9751, 0.9665, 0.904, true],
    ['static with smoothing and bias correction', 'int8', 0.996, 0.969, 0.9026, 0.914, true],
    ['dynamic, per tensor', 'int8', 0.9605, 0.8769, 0.8008, 0.789, false],
    ['dynamic, reduced range', 'int8', 0.867, 0.674, 0.5826, 0.7, false],
    ['static, all operators', 'int8', 0.781, 0.613, 0.526, 0.5, false],
    ['8 bit weights', 'q8', 0.9998, 0.9994, 0.9991, 0.985, true],
    ['dynamic, per channel, is worse than 8 bit weights are', 'q8', 0.9979, 0.9961, 0.9939, 0.93, false],
    ['4 bit weights, asymmetric', 'int4', 0.973, 0.93, 0.895, 0.838, true],
    ['4 bit weights are no INT8', 'int8', 0.968, 0.92, 0.881, 0.838, false],
    ['half precision', 'fp16', 1, 0.99999, 0.99999, 0.999, true],
    ['half precision', 'strict', 1, 0.99999, 0.99999, 0.999, true],
    ['8 bit weights', 'strict', 0.9999, 0.9996, 0.9994, 0.98, true],
    ['dynamic, per channel, is no strict match', 'strict', 0.9926, 0.9792, 0.9669, 0.911, false],
  ] as const)('%s (%s)', (_, preset, mean, p1, min, overlap, passed) => {
    expect(judge(measured(mean, p1, min, overlap), gatePresets[preset]).passed).toBe(passed);
  });
});

/** A comparison for every figure of tasks that a gate can limit. */
const allTasks = [
  ...(soundEvidence().tasks ?? []),
  lost('classification', 'accuracy', 0.03),
  lost('clustering', 'v-measure', 0.02),
  lost('pair-classification', 'ap', 0.004),
  lost('reranking', 'map', 0.03, 0.001),
];

function lost(kind: TaskKind, metric: string, loss: number, noise = -0.001): TaskComparison {
  const [original, candidate] = [0.8, 0.8 - loss];
  const interval = [-2 * loss, noise] as const;
  const finding = noise < 0 ? 'a loss' : 'within noise';
  return { task: `toy ${kind}`, kind, metric, main: true, original, candidate, difference: -loss, interval, finding };
}

describe('a file in two engines', () => {
  const onOther = (mean: number, p1: number) => {
    const { fidelity, engine } = measured(mean, p1, p1, 0.92);
    return { fidelity, engine: { ...engine, name: 'the other' } };
  };

  test('passes if it does in both', () => {
    const evidence = { ...measured(0.99, 0.98, 0.97, 0.91), alsoOn: onOther(0.985, 0.97) };
    expect(judge(evidence, gatePresets.int8).passed).toBe(true);
  });

  test('fails with what fails in the second, and its name', () => {
    const evidence = { ...measured(0.99, 0.98, 0.97, 0.91), alsoOn: onOther(0.96, 0.97) };
    const { failures } = judge(evidence, gatePresets.int8);
    expect(failures.map(({ message }) => message)).toEqual([
      'cosine mean is 0.9600 on the other, the limit is at least 0.97',
    ]);
  });

  test('is told once of what is the same in both', () => {
    const evidence = { ...measured(0.96, 0.95, 0.95, 0.92), alsoOn: onOther(0.96, 0.95) };
    const { failures } = judge(
      { ...evidence, file: { ...evidence.file, bytes: evidence.original.bytes } },
      gatePresets.int8,
    );
    expect(failures.map(({ metric }) => metric)).toEqual(['cosineMean', 'sizeReduction']);
  });
});

describe('judge', () => {
  const gate = (limits: Gate['limits'], limitsWhereMeasured: Gate['limits'] = {}): Gate => ({
    name: 'mine',
    limits,
    limitsWhereMeasured,
  });

  test('names metric, figure and limit', () => {
    const verdict = judge(soundEvidence(), gate({ cosineP1: 0.98, sizeReduction: 4, l2Mean: 0.2 }));
    expect(verdict).toMatchObject({ gate: 'mine', passed: false });
    expect(verdict.failures.map(({ metric, figure, limit }) => [metric, figure, limit])).toEqual([
      ['cosineP1', 0.9792, 0.98],
      ['sizeReduction', 90 / 23, 4],
    ]);
    expect(failuresAsText(verdict)).toBe(
      'cosine p1 is 0.9792, the limit is at least 0.98; size reduction (times smaller) is 3.91, the limit is at least 4',
    );
  });

  test('a figure on the limit passes, one just beside it fails and is shown to differ', () => {
    expect(judge(soundEvidence(), gate({ cosineP1: 0.9792 })).passed).toBe(true);
    const cosine = { mean: 1, p50: 1, p1: 0.9799999, min: 1 };
    expect(failuresAsText(judge(soundEvidence({ cosine }), gate({ cosineP1: 0.98 })))).toContain('is 0.9799999,');
  });

  test.each(gateMetricNames)('NaN fails: %s', (metric) => {
    const nan = Number.NaN;
    const ranking = {
      ...{ queries: 2, pairs: 6, k: 2, topOneAgreement: nan, topKOverlap: nan, nonFinite: 1 },
      spearman: { mean: nan, min: nan },
      scoreError: { mean: nan, max: nan },
    };
    const vectors = soundEvidence(
      {
        cosine: { mean: nan, p50: nan, p1: nan, min: nan },
        l2: { mean: nan, max: nan },
        relativeL2: { mean: nan, max: nan },
        similarity: { pairs: 1, meanAbsoluteError: nan, bias: nan, spearman: nan, rankedPairs: 1 },
        neighbours: { texts: 3, k: 2, topOneAgreement: nan, topKOverlap: nan },
        nonFinite: { original: 0, candidate: 1 },
        zero: { original: 0, candidate: 1 },
      },
      {
        file: { name: 'x', bytes: nan, sha256: '', precision: 'int8' },
        run: { textsPerSecond: nan },
        tasks: allTasks.map((comparison) => ({ ...comparison, candidate: nan, difference: nan })),
      },
    );
    const broken = { ...vectors, ranking };
    for (const limits of [gate({ [metric]: 0 }), gate({}, { [metric]: 0 })]) {
      expect(judge(broken, limits).failures.map((failure) => failure.metric)).toEqual([metric]);
    }
  });

  test('what was not measured fails where asked for, and is only named where not', () => {
    const { run: _, ...unmeasured } = soundEvidence();
    const asked = judge(unmeasured, gate({ speedUp: 1 }));
    expect(asked.passed).toBe(false);
    expect(failuresAsText(asked)).toBe('speed-up (times as fast) was not measured, the limit is at least 1');
    expect(judge(unmeasured, gate({}, { speedUp: 1 }))).toMatchObject({ passed: true, notMeasured: ['speedUp'] });
  });

  test('losses in tasks: Spearman as it is, retrieval as a share of the original', () => {
    const limits = { stsLoss: 0.0014, ndcgLoss: 0.0096, recall100Loss: 0 };
    expect(failuresAsText(judge(soundEvidence(), gate(limits)))).toBe(
      'relative loss of nDCG@10 in retrieval is 0.0097 (toy retrieval, 95 % between 0.0030 and 0.0163), the limit is at most 0.0096',
    );
    const without = soundEvidence({}, { tasks: [] });
    expect(judge(without, gatePresets.int8)).toMatchObject({ passed: true });
    expect(judge(without, gatePresets.int8).notMeasured).toContain('stsLoss');
    expect(judge(soundEvidence(), gatePresets.int8).notMeasured).not.toContain('stsLoss');
  });

  test('losses of main figures of all other kinds of tasks, as they are', () => {
    const verdict = judge(soundEvidence({}, { tasks: allTasks }), gatePresets.int8);
    expect(verdict.notMeasured).toEqual([]);
    expect(failuresAsText(verdict)).toBe(
      'loss of accuracy in classification is 0.0300 (toy classification, 95 % between 0.0010 and 0.0600), the limit is at most 0.02',
    );
    expect(verdict.undecided.map(({ metric }) => metric)).toEqual(['mapLoss']);
    expect(judge(soundEvidence({}, { tasks: allTasks }), gatePresets.int4).passed).toBe(true);
  });

  test('a loss beyond its limit that may be noise does not fail, and is told', () => {
    const verdict = judge(soundEvidence(), gate({ stsLoss: 0.001, recall10Loss: 0.003, mrrLoss: 0 }));
    expect(verdict).toMatchObject({ passed: true, failures: [] });
    expect(verdict.undecided.map(({ message }) => message)).toEqual([
      'loss of Spearman in similarity tasks is 0.0013 (toy sts, 95 % between -0.0010 and 0.0030), within noise, the limit is at most 0.001',
      'relative loss of MRR@10 in retrieval is 0.0012 (toy retrieval, 95 % between -0.0038 and 0.0051), within noise, the limit is at most 0',
    ]);
  });

  test('a small task does not hide the loss of a large one', () => {
    const { tasks = [] } = soundEvidence();
    const noisy = tasks.map((task) => ({ ...task, task: 'small', difference: -0.2, finding: 'within noise' as const }));
    const verdict = judge(soundEvidence({}, { tasks: [...noisy, ...tasks] }), gate({ ndcgLoss: 0.005 }));
    expect(verdict.failures.map(({ message }) => message)).toEqual([expect.stringContaining('(toy retrieval,')]);
    expect(verdict.undecided.map(({ message }) => message)).toEqual([expect.stringContaining('(small,')]);
  });

  test('figures without an interval are taken as they are', () => {
    const [sts] = soundEvidence().tasks ?? [];
    const { interval: _, finding: __, ...bare } = sts;
    const verdict = judge(soundEvidence({}, { tasks: [bare] }), gate({ stsLoss: 0.001 }));
    expect(failuresAsText(verdict)).toContain('is 0.0013 (toy sts), the limit');
  });

  test("limits of one's own take the place of the gate's, and say so", () => {
    const own = withLimits(gatePresets.int8, { cosineP1: 0.99, speedUp: 2 });
    const verdict = judge(soundEvidence(), own);
    expect(verdict.gate).toBe('int8 with own limits');
    expect(verdict.failures.map(({ metric }) => metric)).toEqual(['cosineP1']);
    expect(withLimits(gatePresets.int8, {})).toBe(gatePresets.int8);
  });

  test('limits that hold where measured replace what the gate asks for, and ask for nothing more', () => {
    const own = withLimits(gatePresets.int8, {}, { cosineP1: 0.99, speedUp: 5, ndcgLoss: 0.5 });
    expect(own.limits).toEqual({ ...gatePresets.int8.limits, cosineP1: 0.99 });
    expect(own.limitsWhereMeasured).toMatchObject({ speedUp: 5, ndcgLoss: 0.5, stsLoss: 0.01 });
    const { run: _, ...unmeasured } = soundEvidence();
    expect(judge({ ...unmeasured, tasks: allTasks }, own).notMeasured).toEqual(['speedUp']);
  });

  test('size reduction counts from the weights in FP32', () => {
    const evidence = soundEvidence();
    const halved = { ...evidence, original: { ...evidence.original, bytes: 45e6, fp32Bytes: 90e6, precision: 'fp16' } };
    expect(judge(halved, gate({ sizeReduction: 3.9 })).passed).toBe(true);
  });
});
