import { describe, expect, test } from 'vitest';
import { givingAway } from './serve-calls.js';

describe('an answer whose buffers are given away', () => {
  test('names each buffer once, also where several arrays look into it', () => {
    const numbers = Float32Array.of(1, 2, 3, 4);
    const other = Int32Array.of(5);
    const { value, buffers } = givingAway({ numbers, other }, [numbers, numbers.subarray(2), other]);
    expect(value).toEqual({ numbers, other });
    expect(buffers).toEqual([numbers.buffer, other.buffer]);
    expect(buffers).toHaveLength(2);
  });

  test('may give away none', () => {
    expect(givingAway('a word', []).buffers).toEqual([]);
  });

  test('can be sent: the arrays arrive whole, and those of the sender are empty', () => {
    const numbers = Float32Array.of(1, 2, 3);
    const view = numbers.subarray(1);
    const { value, buffers } = givingAway({ view }, [view]);
    const arrived = structuredClone(value, { transfer: [...buffers] });
    expect([...arrived.view]).toEqual([2, 3]);
    expect([numbers.length, view.length]).toEqual([0, 0]);
  });
});
