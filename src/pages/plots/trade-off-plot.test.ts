import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../../test/support/evidence.js';
import type { Evidence, Verdict } from '../../evaluate/index.js';
import { smallTradeOff, tradeOffFigure } from './trade-off-plot.js';

function variant(name: string, bytes: number, kept: number, textsPerSecond: number, passed = true): Evidence {
  const sound = soundEvidence();
  return {
    ...sound,
    file: { ...sound.file, name, bytes },
    fidelity: { ...sound.fidelity, neighbours: { ...sound.fidelity.neighbours, topKOverlap: kept } },
    run: { textsPerSecond, peakBytes: 1 },
    verdict: { gate: 'g', passed, failures: [], undecided: [] } as unknown as Verdict,
  };
}

const marksIn = (text: string) => [
  ...text.matchAll(/<circle class="(mark[^"]*)" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g),
];

describe('size against search results kept', () => {
  test('further left is smaller, higher up is closer, a larger dot is faster', () => {
    const marks = marksIn(
      smallTradeOff([variant('a.onnx', 20e6, 0.9, 300), variant('b.onnx', 40e6, 0.95, 100)]).text,
    ).map(([, , x, y, r]) => [x, y, r].map(Number));
    const [original, small, large] = marks;
    expect(marks).toHaveLength(3);
    expect(small[0]).toBeLessThan(large[0]);
    expect(large[0]).toBeLessThan(original[0]);
    expect(original[1]).toBeLessThan(large[1]);
    expect(large[1]).toBeLessThan(small[1]);
    expect(small[2]).toBeGreaterThan(large[2]);
  });

  test('a ring marks those that no other beats in all three; red did not pass', () => {
    const evidences = [
      variant('best.onnx', 20e6, 0.9, 300),
      variant('beaten.onnx', 30e6, 0.9, 300),
      variant('closer.onnx', 40e6, 0.99, 100),
      variant('refused.onnx', 10e6, 0.99, 900, false),
    ];
    expect(marksIn(smallTradeOff(evidences).text).map(([, kind]) => kind)).toEqual([
      'mark origin',
      'mark front',
      'mark',
      'mark front',
      'mark bad',
    ]);
  });

  test('two that are alike beat none of each other', () => {
    const { text } = smallTradeOff([variant('a.onnx', 20e6, 0.9, 300), variant('b.onnx', 20e6, 0.9, 300)]);
    expect(marksIn(text).map(([, kind]) => kind)).toEqual(['mark origin', 'mark front', 'mark front']);
  });

  test('a variant that is not finite is named, and not drawn', () => {
    const { text } = tradeOffFigure([variant('a.onnx', 20e6, 0.9, 300), variant('nan.onnx', 20e6, Number.NaN, 300)]);
    expect(text).toContain('Not shown, because their vectors are not finite: nan.');
    expect(text).not.toMatch(/="NaN"/);
    expect(marksIn(text)).toHaveLength(4);
  });

  test('one that is far below stands on the edge, with its figure', () => {
    const { text } = smallTradeOff([variant('a.onnx', 20e6, 0.95, 300), variant('bad.onnx', 20e6, 0.1, 300, false)]);
    expect(text).toContain('bad ↓ 10 %');
  });
});
