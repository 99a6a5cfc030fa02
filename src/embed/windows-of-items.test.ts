import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { windowsOf } from './windows-of-items.js';

const limits = { items: 3, characters: 10, patienceMs: 1000 };

async function all(source: AsyncIterable<string> | Iterable<string>, more = {}): Promise<string[][]> {
  const windows: string[][] = [];
  for await (const window of windowsOf(source, (item) => item.length, { ...limits, ...more })) {
    windows.push(window);
  }
  return windows;
}

describe('windowsOf', () => {
  test('cuts by count and by size, in order', async () => {
    expect(await all(['a', 'b', 'c', 'd'])).toEqual([['a', 'b', 'c'], ['d']]);
    expect(await all(['123456', '123456', 'x'])).toEqual([['123456', '123456'], ['x']]);
    expect(await all([])).toEqual([]);
  });

  test('does not wait for a full window if the source is slow', async () => {
    async function* slow() {
      yield 'a';
      yield 'b';
      await setTimeout(150);
      yield 'c';
    }
    expect(await all(slow(), { patienceMs: 20 })).toEqual([['a', 'b'], ['c']]);
    expect(await all(slow(), { patienceMs: undefined })).toEqual([['a', 'b', 'c']]);
  });

  test('reads no further than the window', async () => {
    let read = 0;
    async function* counted() {
      for (;;) {
        read++;
        yield 'x';
      }
    }
    const windows = windowsOf(counted(), () => 1, limits);
    await windows.next();
    expect(read).toBe(3);
    await windows.return(undefined);
  });

  test('closes the source when the consumer leaves', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) {
          yield 'x';
        }
      } finally {
        closed = true;
      }
    }
    for await (const _ of windowsOf(source(), () => 1, limits)) {
      break;
    }
    expect(closed).toBe(true);
  });

  test('passes on what the source throws', async () => {
    async function* broken() {
      yield 'a';
      throw new Error('no more');
    }
    await expect(all(broken())).rejects.toThrow('no more');
  });
});
