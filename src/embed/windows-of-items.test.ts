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

  test('passes on what the source throws, after what came before it', async () => {
    async function* broken() {
      yield* ['a', 'b', 'c', 'd'];
      throw new Error('no more');
    }
    const seen: string[][] = [];
    const read = async (patienceMs: number | undefined) => {
      for await (const window of windowsOf(broken(), () => 1, { ...limits, patienceMs })) {
        seen.push(window);
      }
    };
    await expect(read(1000)).rejects.toThrow('no more');
    expect(seen.splice(0)).toEqual([['a', 'b', 'c'], ['d']]);
    // Another attempt would cut them in another way.
    await expect(read(undefined)).rejects.toThrow('no more');
    expect(seen).toEqual([['a', 'b', 'c']]);
  });

  describe('while the source has nothing to give', () => {
    async function* idle() {
      yield 'a';
      await new Promise(() => undefined);
    }

    test.each([20, undefined])('is cancelled at once (patience %s)', async (patienceMs) => {
      const controller = new AbortController();
      const windows = windowsOf(idle(), () => 1, { ...limits, patienceMs }, controller.signal);
      if (patienceMs !== undefined) {
        expect((await windows.next()).value).toEqual(['a']);
      }
      const waiting = windows.next();
      await setTimeout(20);
      controller.abort(new Error('enough'));
      await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED', cause: new Error('enough') });
    });

    test('asks it to close and lets the consumer leave', async () => {
      let closed = false;
      const items = idle();
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: () => items.next(),
          return: () => {
            closed = true;
            return items.return();
          },
        }),
      };
      for await (const window of windowsOf(source, () => 1, { ...limits, patienceMs: 5 })) {
        expect(window).toEqual(['a']);
        break;
      }
      expect(closed).toBe(true);
    });
  });
});
