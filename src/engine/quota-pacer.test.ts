import { describe, expect, test } from 'vitest';
import type { Engine } from './engine.js';
import { pacedEngine, QuotaPacer } from './quota-pacer.js';

/** A process that works and waits by turns; it is throttled by nobody. */
function simulated(quota: number) {
  let wall = 0;
  let cpu = 0;
  const pacer = new QuotaPacer(quota, { wallMs: () => wall, cpuMs: () => cpu });
  return {
    /** @returns how long the text took, the wait included */
    text: (milliseconds: number) => {
      const delay = pacer.delayMs();
      wall += delay + milliseconds;
      cpu += milliseconds;
      return delay + milliseconds;
    },
    rest: (milliseconds: number) => {
      wall += milliseconds;
    },
    used: () => cpu / wall,
  };
}

describe('QuotaPacer', () => {
  test.each([0.1, 0.5, 1, 2.5])('keeps work below a quota of %s, and uses nearly all of it', (quota) => {
    const { text, used } = simulated(quota);
    for (let i = 0; i < 5000; i++) {
      text(1.7);
    }
    expect(used()).toBeLessThanOrEqual(quota);
    expect(used()).toBeGreaterThan(0.9 * Math.min(1, quota));
  });

  test('no text waits for long, and most do not wait', () => {
    const { text } = simulated(0.5);
    const times = Array.from({ length: 1000 }, () => text(1.7)).sort((a, b) => a - b);
    expect(times[500]).toBe(1.7);
    expect(times[999]).toBeLessThan(18);
  });

  test('CPU time of other processes counts as if it were its own', () => {
    const clock = { wall: 0 };
    const pacer = new QuotaPacer(0.5, { wallMs: () => clock.wall, cpuMs: () => 0 });
    let used = 0;
    for (let i = 0; i < 5000; i++) {
      clock.wall += pacer.delayMs() + 1.7;
      pacer.spend(1.7);
      used += 1.7;
    }
    expect(used / clock.wall).toBeLessThanOrEqual(0.5);
    expect(used / clock.wall).toBeGreaterThan(0.45);
  });

  test('what comes now and then is not slowed', () => {
    const { text, rest } = simulated(0.1);
    for (let i = 0; i < 100; i++) {
      expect(text(2)).toBe(2);
      rest(50);
    }
  });

  test('a long run that a period stopped by force is followed by one period of waiting at most', () => {
    const { text } = simulated(0.5);
    text(10_000);
    expect(text(1)).toBeLessThanOrEqual(101);
  });
});

test('a paced engine hands everything on', async () => {
  const calls: string[] = [];
  const said = async (method: string) => {
    calls.push(method);
    return new Float32Array(1);
  };
  const engine = {
    description: { name: 'native' },
    width: 3,
    embed: () => said('embed'),
    hiddenStates: () => said('hiddenStates'),
    close: async () => void calls.push('close'),
  } as unknown as Engine;
  const paced = pacedEngine(engine, 64);
  const batch = { ids: new Int32Array(1), offsets: Int32Array.of(0, 1) };
  await paced.embed(batch);
  await paced.hiddenStates(batch);
  await paced.close();
  expect(calls).toEqual(['embed', 'hiddenStates', 'close']);
  expect([paced.width, paced.description.name]).toEqual([3, 'native']);
});
