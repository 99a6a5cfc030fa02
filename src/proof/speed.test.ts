import { expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import type { RunMeasurement } from '../benchmark/index.js';
import { gatePresets, withLimits } from '../evaluate/index.js';
import { speedTexts } from './proof-texts.js';
import { asksForSpeed, withRuns } from './speed.js';

const run = (textsPerSecond: number, peakBytes: number) =>
  ({ textsPerSecond, peakBytes, name: 'a file', rounds: [1, 2] }) as unknown as RunMeasurement;

test('speed is asked for where a gate limits it, and it must be measured', () => {
  expect(asksForSpeed(gatePresets.int8)).toBe(false);
  expect(asksForSpeed(withLimits(gatePresets.int8, { speedUp: 0 }))).toBe(true);
  expect(asksForSpeed(withLimits(gatePresets.int8, {}, { speedUp: 2 }))).toBe(false);
});

test('evidence takes the figures of both sides, and nothing else of their runs', () => {
  const { run: own, originalRun } = withRuns(soundEvidence(), run(115, 5e8), run(300, 2e8));
  expect(own).toEqual({ textsPerSecond: 300, peakBytes: 2e8 });
  expect(originalRun).toEqual({ textsPerSecond: 115, peakBytes: 5e8 });
});

test('a round of speed takes 64 texts from all over the list, or all there are', () => {
  const texts = Array.from({ length: 640 }, (_, i) => `${i}`);
  const chosen = speedTexts({ texts, source: '' });
  expect(chosen).toHaveLength(64);
  expect(chosen.slice(0, 3)).toEqual(['0', '10', '20']);
  expect(chosen.at(-1)).toBe('630');
  expect(speedTexts({ texts: texts.slice(0, 3), source: '' })).toEqual(['0', '1', '2']);
});
