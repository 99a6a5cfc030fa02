import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import type { EmbedOptions } from './embed-options.js';
import { embedStream, type StreamOptions } from './embed-stream.js';
import { Vectors } from './vectors.js';

/** A text's vector is its length; it takes as long as `ms` says. */
function embedder(ms = 1) {
  const calls: string[][] = [];
  const embed = async (texts: readonly string[], { signal }: EmbedOptions): Promise<Vectors> => {
    calls.push([...texts]);
    await setTimeout(ms, undefined, { signal }).catch(() => {
      throw new OctavecError('CANCELLED', { what: 'embedding' });
    });
    const lengths = texts.map(({ length }) => length);
    const tokenCounts = Int32Array.from(lengths);
    return new Vectors({ data: Float32Array.from(lengths), columns: 1, tokenCounts, truncated: 0, failures: [] });
  };
  return { calls, embed };
}

/** Gives these texts and then nothing more, without an end. */
async function* idleAfter(...texts: readonly string[]) {
  yield* texts;
  await new Promise(() => undefined);
}

const stream = (source: AsyncIterable<string> | Iterable<string>, options: StreamOptions<string> = {}, ms?: number) =>
  embedStream(source, options, embedder(ms).embed);

describe('embedStream', () => {
  test('gives vectors as soon as they are there, whatever the source does', async () => {
    const batches = stream(idleAfter('a', 'bb'));
    const { value } = await batches.next();
    expect([value?.items, Array.from(value?.vectors.data ?? [])]).toEqual([
      ['a', 'bb'],
      [1, 2],
    ]);
    await batches.return();
  });

  test('keeps the order of slow and quick windows', async () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `${i}`);
    let delay = 30;
    const { embed } = embedder();
    const seen: string[] = [];
    for await (const { items } of embedStream(texts, {}, async (...args) => {
      delay = 30 - delay;
      await setTimeout(delay);
      return embed(...args);
    })) {
      seen.push(...items);
    }
    expect(seen).toEqual(texts);
  });

  test('has two windows under way at most, and reads no further', async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read++;
        yield 'a';
      }
    }
    const { calls, embed } = embedder();
    const batches = embedStream(endless(), {}, embed);
    await batches.next();
    await setTimeout(50);
    expect([calls.length, read]).toEqual([2, 2048]);
    await batches.return();
  });

  test('lets its consumer leave while the source has nothing to give', async () => {
    for await (const { items } of stream(idleAfter('a'))) {
      expect(items).toEqual(['a']);
      break;
    }
  });

  test('is cancelled while the source has nothing to give', async () => {
    const controller = new AbortController();
    const batches = stream(idleAfter('a'), { signal: controller.signal });
    await batches.next();
    const next = batches.next();
    await setTimeout(10);
    controller.abort();
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test.each([1, 60])('gives what came before a failure of the source (a window takes %s ms)', async (ms) => {
    async function* broken() {
      yield 'a';
      await setTimeout(30);
      yield 'b';
      throw new Error('the source broke');
    }
    const seen: string[] = [];
    const consume = async () => {
      for await (const { items } of stream(broken(), {}, ms)) {
        seen.push(...items);
      }
    };
    await expect(consume()).rejects.toThrow('the source broke');
    expect(seen).toEqual(['a', 'b']);
  });
});
