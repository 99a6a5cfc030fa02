import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import type { Evidence } from '../evaluate/index.js';
import { meters } from './meters.js';
import { worstTexts } from './worst-texts.js';

const sound = soundEvidence();
const linesOf = (evidence: Evidence) =>
  meters(evidence)
    .text.split('<div class="meter">')
    .slice(1)
    .map((line) => line.replace(/<[^>]+>/g, '|'));

describe('bars of a variant beside its original', () => {
  test('are size, speed and memory', () => {
    const [size, speed, memory] = linesOf(sound);
    expect(size).toMatch(/Size.*23\.0 MB.*original 90\.0 MB.*74 % less/);
    expect(speed).toMatch(/Speed.*300 texts\/s.*original 115 texts\/s.*2\.6×/);
    expect(memory).toMatch(/Peak memory.*270 MB.*original 500 MB.*46 % less/);
  });

  test('leave out what was not measured, or is nothing', () => {
    expect(linesOf({ ...sound, run: undefined })).toHaveLength(1);
    expect(linesOf({ ...sound, originalRun: undefined })).toHaveLength(1);
    expect(linesOf({ ...sound, run: { textsPerSecond: 0, peakBytes: Number.NaN } })).toHaveLength(1);
  });

  test('compare with the original in FP32, where it is stored in less', () => {
    const half = { ...sound, original: { ...sound.original, bytes: 45_000_000, fp32Bytes: 90_000_000 } };
    expect(linesOf(half)[0]).toContain('original 90.0 MB');
  });

  test('are full for the larger of the two', () => {
    const { text } = meters({ ...sound, run: undefined, file: { ...sound.file, bytes: 180_000_000 } });
    expect(text).toContain('width: 100%');
    expect(text).toContain('left: 50%');
    expect(text).toContain('100 % more');
  });
});

describe('texts whose vectors changed most', () => {
  test('stand with their nearest before and after', () => {
    const { text } = worstTexts('m', sound, true);
    expect(text).toContain('<caption>Lowest cosines of m</caption>');
    expect(text).toContain('a text with [1,\t2] and &quot;quotes&quot;');
    expect(text).toContain('<small>0.800 near</small>');
    expect(text).toContain('<small>0.790 text 4</small>');
  });

  test('say where the nearest is the same, and where there is none', () => {
    const neighbour = { index: 3, text: 'near', similarity: 0.5 };
    const worst = [
      { index: 0, cosine: 0.5, neighboursBefore: [neighbour], neighboursAfter: [{ ...neighbour, similarity: 0.25 }] },
      { index: 1, cosine: Number.NaN, neighboursBefore: [], neighboursAfter: [] },
    ];
    const { text } = worstTexts('m', { ...sound, fidelity: { ...sound.fidelity, worst } }, true);
    expect(text).toContain('the same, 0.250');
    expect(text).toContain('<span>–</span>');
    expect(text).toContain('text 1');
  });

  test('are behind a line, counted, where they are not shown at once', () => {
    expect(worstTexts('m', sound, false).text).toContain('<summary>m: 1 text, lowest cosine 0.9669</summary>');
    const none = { ...sound, fidelity: { ...sound.fidelity, worst: [] } };
    expect(worstTexts('m', none, false).text).toContain('m: 0 texts');
  });
});
