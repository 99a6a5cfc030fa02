import { describe, expect, test } from 'vitest';
import { ItemReader } from './item-reader.js';

describe('items', () => {
  test('come one by one, each until it is taken, from lists and streams alike', async () => {
    const stream = async function* () {
      yield 'a';
      yield undefined;
    };
    for (const source of [['a', undefined], stream()]) {
      const reader = new ItemReader<string | undefined>(source);
      expect(await reader.next()).toEqual({ item: 'a' });
      expect(await reader.next()).toEqual({ item: 'a' });
      reader.take();
      expect(await reader.next()).toEqual({ item: undefined });
      reader.take();
      expect(await reader.next()).toEqual({ done: true });
      reader.take();
      expect(await reader.next()).toEqual({ done: true });
    }
  });

  test('a source that fails is told, not thrown', async () => {
    const failing = function* () {
      yield 1;
      throw new Error('broken');
    };
    const reader = new ItemReader(failing());
    await reader.next();
    reader.take();
    expect(await reader.next()).toEqual({ error: new Error('broken') });
  });
});

describe('closing', () => {
  test('ends the source', async () => {
    let isClosed = false;
    const source = async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        isClosed = true;
      }
    };
    const reader = new ItemReader(source());
    await reader.next();
    await reader.close();
    expect(isClosed).toBe(true);
  });

  test('does not wait for an item that never comes', async () => {
    const silent = async function* (): AsyncGenerator<number> {
      await new Promise(() => undefined);
    };
    const reader = new ItemReader(silent());
    void reader.next();
    await expect(reader.close()).resolves.toBeUndefined();
  });

  test('of a source that cannot be closed is no error', async () => {
    const source = { [Symbol.iterator]: () => ({ next: () => ({ done: false as const, value: 1 }) }) };
    const reader = new ItemReader(source);
    await reader.next();
    await expect(reader.close()).resolves.toBeUndefined();
  });

  test('tells what goes wrong while nobody waits', async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: 1 }),
        return: async () => Promise.reject(new Error('cannot close')),
      }),
    };
    const reader = new ItemReader(source);
    await reader.next();
    await expect(reader.close()).rejects.toThrow('cannot close');
  });
});
