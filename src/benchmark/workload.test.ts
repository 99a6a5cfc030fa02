import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
// Tokenizing happens in a thread, which needs what is built.
import { workloadFor } from '#rooms/benchmark';
import { tokenizeOnce } from '#rooms/embed';
import { openModelFolder } from '#rooms/model';
import { embeddedModel } from '../../test/support/golden-texts.js';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { benchPlan, runsOf } from './bench-plan.js';
import { mixedLengths } from './workload.js';

test('texts have the tokens that were asked for, by words and by letters', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-workload-'));
  try {
    makeTinyFolder(folder, 'bert');
    for (const [path, tolerance] of [
      [embeddedModel, 0],
      [folder, 12],
    ] as const) {
      const model = await openModelFolder(path);
      const { byLength, mixed } = await workloadFor(model, { lengths: [16, 128], texts: 4, mixed: [30, 60] });
      for (const [tokens, texts] of [...byLength, [30, mixed.slice(0, 1)], [60, mixed.slice(1)]] as const) {
        const { lengths } = await tokenizeOnce(model, texts);
        for (const length of lengths) {
          expect(length).toBeLessThanOrEqual(tokens);
          expect(length).toBeGreaterThanOrEqual(tokens - tolerance);
        }
      }
      expect(new Set(byLength.get(128)).size).toBe(4);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('mixed lengths: all in the range, many short, in no order', () => {
  const lengths = mixedLengths(256, 256);
  expect([Math.min(...lengths), lengths.length]).toEqual([8, 256]);
  expect(Math.max(...lengths)).toBeGreaterThan(240);
  expect(lengths.filter((tokens) => tokens < 64).length).toBeGreaterThan(128);
  expect(lengths.toSorted((a, b) => a - b)).not.toEqual(lengths);
  expect(Math.max(...mixedLengths(64, 40))).toBeLessThanOrEqual(40);
  expect(mixedLengths(3, 4)).toEqual([4, 4, 4]);
});

test('a plan keeps to what all models take, and counts its runs', () => {
  const subject = (maxTokens: number) => ({ model: { maxTokens } }) as Parameters<typeof benchPlan>[0][number];
  expect(benchPlan([subject(512), subject(40)], {}).lengths).toEqual([16, 40]);
  const plan = benchPlan([subject(512)], { pools: [1, 2] });
  expect(plan.lengths).toEqual([16, 128]);
  // Per subject: 2 starts, 4 rounds of (2 lengths alone, 2 in calls, the mixed corpus), 2 pools of 4 runs.
  expect(runsOf(plan, 3)).toBe(3 * (2 + 4 * 5 + 2 * 4));
  expect(() => benchPlan([subject(512)], { pools: [65] })).toThrow('A pool of 65 workers');
});
