import { describe, expect, test, vi } from 'vitest';
import { inTurn, throughField } from './field.js';
import type { ModelProcess } from './model-process.js';

test('who begins a round is another one each time', () => {
  const order = (first: number) => [...inTurn(['a', 'b', 'c'], first)].map(([index, item]) => `${index}${item}`);
  expect(order(0)).toEqual(['0a', '1b', '2c']);
  expect(order(1)).toEqual(['1b', '2c', '0a']);
  expect(order(5)).toEqual(['2c', '0a', '1b']);
  expect([...inTurn([], 3)]).toEqual([]);
});

describe('throughField ends all processes', () => {
  const fields = () => [vi.fn(), vi.fn()].map((stop) => ({ process: { stop } as unknown as ModelProcess }));
  const stopped = (all: ReturnType<typeof fields>) =>
    all.map(({ process }) => (process.stop as unknown as ReturnType<typeof vi.fn>).mock.calls.length);

  test('after the task', async () => {
    const all = fields();
    expect(await throughField(all, undefined, async () => 'done')).toBe('done');
    expect(stopped(all)).toEqual([1, 1]);
  });

  test('after an error, which is thrown', async () => {
    const all = fields();
    const failing = throughField(all, undefined, async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(stopped(all)).toEqual([1, 1]);
  });

  test('and calls what an interrupt broke cancelled, also if it is heard of a moment later', async () => {
    const all = fields();
    const stop = new AbortController();
    const failing = throughField(all, stop.signal, async () => {
      setTimeout(() => stop.abort(), 5);
      throw new Error('its process ended');
    });
    await expect(failing).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(stopped(all)).toEqual([1, 1]);
  });
});
