import { describe, expect, test } from 'vitest';
import { segmentsToMerge } from './compact.js';
import type { LiveSegment } from './find-chunks.js';

/** A segment whose documents have so many chunks each. */
function live(name: string, chunks: readonly number[], removed: readonly number[] = []): LiveSegment {
  const starts = [0];
  for (const count of chunks) {
    starts.push(starts[starts.length - 1] + count);
  }
  const segment = {
    ...{ name, documents: chunks.length, chunks: starts[chunks.length] },
    firstChunk: (i: number) => starts[i],
  };
  return { segment: segment as unknown as LiveSegment['segment'], removed: new Set(removed) };
}

const merged = (segments: readonly LiveSegment[]) => segmentsToMerge(segments).map(({ segment }) => segment.name);
const alike = (count: number, chunks: number) => Array.from({ length: count }, (_, i) => live(`s${i}`, [chunks]));

describe('segments are merged', () => {
  test('when eight are of about the same size, and not before', () => {
    expect(merged([])).toEqual([]);
    expect(merged(alike(7, 10))).toEqual([]);
    expect(merged(alike(8, 10))).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7']);
    expect(merged(alike(9, 10))).toHaveLength(9);
  });

  test('with their like: from 512 chunks on a segment is of another size', () => {
    expect(merged([...alike(7, 511), live('large', [512])])).toEqual([]);
    expect(merged([live('large', [512]), ...alike(8, 511)])).toEqual(alike(8, 1).map(({ segment }) => segment.name));
    expect(merged([...alike(8, 512), live('small', [1])])).toHaveLength(8);
  });

  test('by the chunks that they still have', () => {
    const shrunk = live('shrunk', [500, 300], [1]);
    expect(merged([...alike(7, 10), shrunk])).toContain('shrunk');
  });

  test('but not into one that would be too large', () => {
    expect(merged(alike(8, 2 ** 15))).toHaveLength(8);
    expect(merged(alike(9, 2 ** 15))).toEqual([]);
  });
});

describe('a segment is written anew', () => {
  test('once 40 % of its chunks are gone', () => {
    expect(merged([live('whole', [4, 6])])).toEqual([]);
    expect(merged([live('little', [3, 7], [0])])).toEqual([]);
    expect(merged([live('much', [4, 6], [0])])).toEqual(['much']);
    expect(merged([live('all', [4, 6], [0, 1])])).toEqual(['all']);
  });

  test('by chunks, not by documents', () => {
    expect(merged([live('few', [1, 1, 1, 97], [0, 1, 2])])).toEqual([]);
    expect(merged([live('empty', [0, 0, 5], [0, 1])])).toEqual([]);
    expect(merged([live('nothing', [0], [0])])).toEqual(['nothing']);
  });

  test('before others are merged', () => {
    expect(merged([...alike(8, 10), live('hollow', [1, 1], [0])])).toEqual(['hollow']);
  });
});
