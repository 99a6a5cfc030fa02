import { describe, expect, test } from 'vitest';
import type { TaskKind } from '../tasks/index.js';
import type { Gate } from './gate.js';
import { type GateMetricName, gateMetricNames, gateMetrics } from './gate-metrics.js';
import { type GatePresetName, gatePresets } from './gate-presets.js';
import { rankingGates } from './ranking-gates.js';

/** Is every limit of the one gate as strict as that of the other, or stricter? */
function isAsStrict(gate: Gate, other: Gate): boolean {
  const limitsOf = ({ limits, limitsWhereMeasured }: Gate): Partial<Record<GateMetricName, number>> => ({
    ...limitsWhereMeasured,
    ...limits,
  });
  const [own, others] = [limitsOf(gate), limitsOf(other)];
  return (Object.keys(others) as GateMetricName[]).every((metric) => {
    const [a, b] = [own[metric] ?? Number.NaN, others[metric] ?? Number.NaN];
    return gateMetrics[metric].bound === 'at least' ? a >= b : a <= b;
  });
}

describe.each([
  ['vectors', gatePresets as Readonly<Record<string, Gate>>],
  ['rerankers', rankingGates as Readonly<Record<string, Gate>>],
])('gates of %s', (_, gates) => {
  test.each([
    ['strict', 'fp16'],
    ['fp16', 'q8'],
    ['q8', 'int8'],
    ['int8', 'int4'],
  ])('what passes %s passes %s', (stricter, other) => {
    expect(isAsStrict(gates[stricter], gates[other])).toBe(true);
    expect(isAsStrict(gates[other], gates[stricter])).toBe(false);
  });

  test('limit what can be measured, with limits that a perfect copy holds', () => {
    for (const { limits, limitsWhereMeasured } of Object.values(gates)) {
      for (const [metric, limit] of Object.entries({ ...limits, ...limitsWhereMeasured })) {
        expect(gateMetricNames).toContain(metric);
        const { bound } = gateMetrics[metric as GateMetricName];
        const best = metric === 'sizeReduction' ? Number.POSITIVE_INFINITY : bound === 'at least' ? 1 : 0;
        expect(bound === 'at least' ? limit < best : limit >= best, `${metric} ${limit}`).toBe(true);
      }
    }
  });
});

// The figures that MTEB ranks models by
test.each([
  ['sts', 'spearman', 'stsLoss'],
  ['retrieval', 'ndcg@10', 'ndcgLoss'],
  ['classification', 'accuracy', 'accuracyLoss'],
  ['clustering', 'v-measure', 'vMeasureLoss'],
  ['pair-classification', 'ap', 'apLoss'],
  ['reranking', 'map', 'mapLoss'],
] as const satisfies readonly (readonly [TaskKind, string, GateMetricName])[])(
  'every preset limits what %s loses in %s',
  (kind, metric, limited) => {
    const comparison = { task: 't', kind, metric, main: true, original: 0.8, candidate: 0.4, difference: -0.4 };
    expect(gateMetrics[limited].of({ file: { bytes: 1 }, original: { bytes: 1 }, tasks: [comparison] })).toBeCloseTo(
      kind === 'retrieval' ? 0.5 : 0.4,
      12,
    );
    for (const name of Object.keys(gatePresets) as GatePresetName[]) {
      expect(gatePresets[name].limitsWhereMeasured[limited]).toBeGreaterThan(0);
    }
  },
);
