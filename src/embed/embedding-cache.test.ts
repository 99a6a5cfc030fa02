import { getEventListeners } from 'node:events';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CacheableEmbedder, cachedEmbedding, embedOrRecall, textsAFile, textsAtOnce } from './embedding-cache.js';

let root: string;
let folder: string;
let tokenizerPath: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'octavec-cache-'));
  tokenizerPath = join(root, 'tokenizer.json');
  await writeFile(tokenizerPath, '{}');
});
beforeEach(() => {
  folder = join(root, `cache-${count++}`);
});
afterAll(() => rm(root, { recursive: true }));

/** Gives [length of the text, 1] as vectors; counts the texts that it embedded, and dies after so many. */
function countingEmbedder(changes: Partial<CacheableEmbedder['model']> = {}, dieAfter = Number.POSITIVE_INFINITY) {
  const state = { embedded: 0 };
  const embedder = {
    width: 2,
    engine: { name: 'onnxruntime', version: '1', workers: 1, threadsPerWorker: 1 },
    model: {
      head: { pooling: ['mean'], includePrompt: true, dense: [], normalize: true },
      tokenizerPath,
      maxTokens: 8,
      prompts: {},
      ...changes,
    },
    embed: async (texts: readonly string[]) => {
      if (state.embedded + texts.length > dieAfter) {
        throw new Error('interrupted');
      }
      state.embedded += texts.length;
      return { data: Float32Array.from(texts.flatMap((text) => [text.length, 1])), rows: texts.length, columns: 2 };
    },
  };
  return { embedder: embedder as unknown as CacheableEmbedder, state };
}

const texts = Array.from({ length: 2 * textsAFile + 5 }, (_, i) => 'x'.repeat(i % 50) + i);

async function embedded(changes?: Partial<CacheableEmbedder['model']>, modelHash = 'a', prompt?: string) {
  const { embedder, state } = countingEmbedder(changes);
  const { data } = await cachedEmbedding(embedder, { folder, modelHash })(texts, { prompt });
  expect([...data]).toEqual(texts.flatMap((text) => [text.length, 1]));
  return state.embedded;
}

describe('cached embedding', () => {
  test('the second time nothing is embedded', async () => {
    expect(await embedded()).toBe(texts.length);
    expect(await embedded()).toBe(0);
  });

  test('another file, prompt, length or pooling is another key', async () => {
    await embedded();
    expect(await embedded({}, 'b')).toBe(texts.length);
    expect(await embedded({}, 'a', 'query: ')).toBe(texts.length);
    expect(await embedded({ maxTokens: 9 })).toBe(texts.length);
    const head = { pooling: ['cls'], includePrompt: true, dense: [], normalize: true } as const;
    expect(await embedded({ head })).toBe(texts.length);
    const dense = [{ inputs: 1, outputs: 1, weight: Float32Array.of(1), activation: 'identity' }] as const;
    expect(await embedded({ head: { ...head, dense } })).toBe(texts.length);
    const other = [{ ...dense[0], weight: Float32Array.of(2) }];
    expect(await embedded({ head: { ...head, dense: other } })).toBe(texts.length);
  });

  test('another tokenizer is another key', async () => {
    await embedded();
    const other = join(root, 'other-tokenizer.json');
    await writeFile(other, '{"other": true}');
    expect(await embedded({ tokenizerPath: other })).toBe(texts.length);
  });

  test('what was interrupted goes on where it was', async () => {
    const { embedder } = countingEmbedder({}, textsAFile + 1);
    const embed = cachedEmbedding(embedder, { folder, modelHash: 'a' });
    await expect(embed(texts)).rejects.toThrow('interrupted');
    expect(await embedded()).toBe(texts.length - textsAFile);
  });

  test('what takes long is kept every few seconds', async () => {
    const { embedder } = countingEmbedder({}, textsAtOnce);
    // A clock that goes on by four seconds whenever it is looked at.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 4000;
      return now;
    });
    await expect(cachedEmbedding(embedder, { folder, modelHash: 'a' })(texts)).rejects.toThrow('interrupted');
    clock.mockRestore();
    expect(await embedded()).toBe(texts.length - textsAtOnce);
  });

  test('many slices do not all wait for the one signal of the caller, and are all cancelled by it', async () => {
    const { embedder } = countingEmbedder();
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const waiting: CacheableEmbedder['embed'] = (_, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        signals.push(signal as AbortSignal);
        signal?.addEventListener('abort', () => reject(new Error('cancelled')));
      });
    const embed = cachedEmbedding({ ...embedder, embed: waiting }, { folder, modelHash: 'a' });
    const long = Array.from({ length: 12 }, (_, i) => `${i} `.repeat(9000));
    const done = embed(long, { signal: controller.signal });
    await vi.waitFor(() => expect(signals.length).toBe(12));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    await expect(done).rejects.toThrow('cancelled');
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test('a folder that cannot be written ends the work, unless somebody is to be told', async () => {
    await writeFile(folder, 'no folder');
    await expect(embedded()).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
    const onUnwritable = vi.fn();
    const embed = cachedEmbedding(countingEmbedder().embedder, { folder, modelHash: 'a', onUnwritable });
    expect((await embed(texts)).rows).toBe(texts.length);
    expect(onUnwritable).toHaveBeenCalledOnce();
  });

  test('all texts in one go, once', async () => {
    const { embedder, state } = countingEmbedder();
    const embed = vi.spyOn(embedder, 'embed');
    for (let time = 0; time < 2; time++) {
      const { data, rows } = await embedOrRecall(embedder, { folder, modelHash: 'a' }, texts);
      expect([rows, data[2], state.embedded]).toEqual([texts.length, texts[1].length, texts.length]);
    }
    expect(embed).toHaveBeenCalledOnce();
    expect(await embedded()).toBe(texts.length);
  });

  test('a file that was cut is not believed', async () => {
    await embedded();
    const [model] = await readdir(folder);
    const [file] = await readdir(join(folder, model));
    await truncate(join(folder, model, file), 12);
    expect(await embedded()).toBeGreaterThan(0);
  });

  test('reports progress over all texts', async () => {
    const seen: number[] = [];
    const embed = cachedEmbedding(countingEmbedder().embedder, { folder, modelHash: 'a' });
    await embed(texts, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});
