import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Embedder, OctavecError } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedModel, goldenTexts } from './support/golden-texts.js';
import { makeTinyFolder } from './support/tiny-folder.js';

const texts = goldenTexts.map(({ text }) => text);

/** The FP32 original is too large for the repository; where there is one, it is held to a stricter bound. */
const models = [
  { name: 'FP16 weights', path: embeddedModel, leastCosine: 0.99999 },
  ...(process.env.OCTAVEC_FP32_MODEL
    ? [{ name: 'FP32', path: process.env.OCTAVEC_FP32_MODEL, leastCosine: 0.999999 }]
    : []),
];

describe.each(models)('all-MiniLM-L6-v2, $name', ({ path, leastCosine }) => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await Embedder.load(path);
  });
  afterAll(() => embedder.close());

  test('tokenizes as sentence-transformers does', async () => {
    const { ids, offsets } = await embedder.tokenize(texts);
    expect(texts.map((_, i) => Array.from(ids.subarray(offsets[i], offsets[i + 1])))).toEqual(
      goldenTexts.map((golden) => golden.ids),
    );
  });

  test('tokenizes each text alone, again and again, as among the others', async () => {
    for (const _ of [1, 2, 3]) {
      for (const { text, ids } of goldenTexts) {
        expect(Array.from((await embedder.tokenize([text])).ids)).toEqual(ids);
      }
    }
  });

  test('embeds as sentence-transformers does, empty and over-long texts included', async () => {
    const vectors = await embedder.embed(texts);
    const cosines = goldenTexts.map(({ embedding }, i) => cosine(vectors[i], embedding));
    expect(Math.min(...cosines)).toBeGreaterThan(leastCosine);
    expect(vectors.truncated).toBe(goldenTexts.filter((_, i) => vectors.tokenCounts[i] > embedder.maxTokens).length);
    expect(vectors.truncated).toBeGreaterThan(0);
  });

  test('gives the same vector for a text alone and among others', async () => {
    const together = await embedder.embed(texts);
    for (const i of [0, 7, texts.length - 1]) {
      const alone = await embedder.embed([texts[i]]);
      expect(cosine(alone[0], Array.from(together[i]))).toBeGreaterThan(0.9999);
    }
  });

  test('cuts over-long texts and says so, refuses them, or embeds them in windows', async () => {
    const long = `${'The treaty was signed in spring. '.repeat(60)}${'Bananas are rich in potassium. '.repeat(60)}`;
    const [begin, end] = await embedder.embed(['The treaty was signed in spring.', 'Bananas are rich in potassium.']);
    const cut = await embedder.embed(['short', long]);
    expect([cut.truncated, cut.tokenCounts[1] > embedder.maxTokens]).toEqual([1, true]);
    await expect(embedder.embed(['short', long], { overLong: 'error' })).rejects.toMatchObject({
      code: 'TEXT_TOO_LONG',
      details: { index: 1, tokens: cut.tokenCounts[1], maxTokens: 256 },
    });
    const whole = await embedder.embed(['short', long], { overLong: 'chunk' });
    expect([whole.rows, whole.truncated, Array.from(whole.tokenCounts)]).toEqual([2, 0, Array.from(cut.tokenCounts)]);
    expect(Array.from(whole[0])).toEqual(Array.from(cut[0]));
    expect(Math.hypot(...whole[1])).toBeCloseTo(1, 5);
    // Its beginning alone speaks of the treaty; its windows speak of both.
    expect(cosine(cut[1], Array.from(end))).toBeLessThan(0.2);
    expect(cosine(whole[1], Array.from(end))).toBeGreaterThan(0.3);
    expect(cosine(whole[1], Array.from(begin))).toBeGreaterThan(0.3);
  });

  test('lets windows overlap by at most half of their room', async () => {
    // Of 256 tokens two are special ones, and three the prompt's.
    const { overLong, prompt } = { overLong: 'chunk', prompt: 'query text: ' } as const;
    await expect(embedder.tokenize(['a'], { overLong, overlap: 128 })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('room for 254 tokens of text. Take from 0 to 127'),
    });
    await expect(embedder.tokenize(['a'], { overLong, overlap: 126, prompt })).rejects.toThrow('room for 251');
    const long = 'word '.repeat(600);
    const rows = async (overlap: number) => (await embedder.tokenize([long], { overLong, overlap })).rowOffsets[1];
    expect([await rows(0), await rows(127)]).toEqual([3, 4]);
  });
});

describe('Embedder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-embedder-test-'));
  let embedder: Embedder;
  beforeAll(async () => {
    makeTinyFolder(folder, 'bert');
    embedder = await Embedder.load(folder);
  });
  afterAll(async () => {
    await embedder.close();
    rmSync(folder, { recursive: true });
  });

  test('leaves the event loop free while it embeds', async () => {
    const many = Array.from({ length: 250 }, (_, i) => `${texts[i % texts.length].slice(0, 200)} ${i}`);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    const start = performance.now();
    await embedder.embed(many);
    const elapsed = performance.now() - start;
    clearInterval(timer);
    // A blocked loop would let the timer fire once or twice; a busy machine may swallow some ticks.
    expect(ticks).toBeGreaterThan(elapsed / 10 / 3);
  });

  test('embeds nothing as nothing', async () => {
    const vectors = await embedder.embed([]);
    expect([vectors.rows, vectors.columns, vectors.data.length]).toEqual([0, 64, 0]);
  });

  test('reports progress up to the last text', async () => {
    const seen: number[] = [];
    await embedder.embed(texts, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('puts a prompt before the texts', async () => {
    const [prompted, spelled] = [
      await embedder.embed(['what is INT8?'], { prompt: 'query: ' }),
      await embedder.embed(['query: what is INT8?']),
    ];
    expect(Array.from(prompted.data)).toEqual(Array.from(spelled.data));
  });

  test('says which prompts it knows', async () => {
    await expect(embedder.embed(['a'], { promptName: 'query' })).rejects.toMatchObject({ code: 'PROMPT_UNKNOWN' });
  });

  test('says which text is not one', async () => {
    const wrong = ['a', 3] as unknown as string[];
    await expect(embedder.embed(wrong)).rejects.toMatchObject({ code: 'TEXT_INVALID', details: { index: 1 } });
  });

  test('says what is wrong with its arguments', async () => {
    await expect(embedder.embed('abc' as unknown as string[])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(embedder.embed(['x'.repeat(5_000_000)])).rejects.toMatchObject({ code: 'TEXT_INVALID' });
    for (const options of [
      { maxWaitingTexts: Number.NaN },
      { maxWaitingBytes: -1 },
      { batchTokens: 0 },
      { isolation: 'bogus' },
      { memory: 'bogus' },
      { engine: 'bogus' },
    ] as object[]) {
      await expect(Embedder.load(folder, options)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  test('a very long text holds nobody up and can be cancelled', async () => {
    const controller = new AbortController();
    let isDone = false;
    const long = embedder.embed(['wörter '.repeat(500_000)], { signal: controller.signal });
    long.then(
      () => {
        isDone = true;
      },
      () => undefined,
    );
    await setTimeout(50);
    expect((await embedder.embed(['short'])).rows).toBe(1);
    expect(isDone).toBe(false);
    controller.abort();
    await expect(long).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await embedder.embed(['short'])).rows).toBe(1);
  });

  test('loading stops when it is told to', async () => {
    const controller = new AbortController();
    const loading = Embedder.load(folder, { signal: controller.signal });
    const stopped = expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
    await setTimeout(20);
    controller.abort();
    await stopped;
    await expect(Embedder.load(folder, { signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  test('stops when it is told to', async () => {
    const controller = new AbortController();
    const many = Array.from({ length: 500 }, (_, i) => `${'word '.repeat(100)}${i}`);
    const onProgress = () => controller.abort();
    const embedding = embedder.embed(many, { signal: controller.signal, onProgress });
    await expect(embedding).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(embedder.embed(['still works'])).resolves.toMatchObject({ rows: 1 });
  });

  test('embeds a stream in order, and items by their text', async () => {
    async function* items() {
      for (let i = 0; i < 1200; i++) {
        yield { id: i, text: texts[i % texts.length].slice(0, 20) };
      }
    }
    const ids: number[] = [];
    const firsts: Float32Array[] = [];
    for await (const batch of embedder.stream(items(), { textOf: ({ text }) => text })) {
      expect(batch.vectors.rows).toBe(batch.items.length);
      batch.items.forEach(({ id }, i) => {
        ids.push(id);
        if (id % 250 === 0) {
          firsts.push(batch.vectors[i]);
        }
      });
    }
    expect(ids).toEqual(Array.from({ length: 1200 }, (_, i) => i));
    for (const vector of firsts) {
      expect(cosine(vector, Array.from(firsts[0]))).toBeGreaterThan(0.9999);
    }
  });

  test('leaves a stream when its consumer does', async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read++;
        yield 'a text';
      }
    }
    for await (const { items } of embedder.stream(endless())) {
      expect(items.length).toBeGreaterThan(0);
      break;
    }
    expect(read).toBeLessThan(10_000);
    await expect(embedder.embed(['still works'])).resolves.toMatchObject({ rows: 1 });
  });

  test('passes on what ends a stream', async () => {
    const consume = async (source: Iterable<string>, options = {}) => {
      for await (const _ of embedder.stream(source, options)) {
        // Only the end is of interest.
      }
    };
    function* broken() {
      yield 'a';
      throw new Error('the source broke');
    }
    await expect(consume(broken())).rejects.toThrow('the source broke');
    await expect(consume(['a'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(consume([3 as unknown as string])).rejects.toMatchObject({ code: 'TEXT_INVALID' });
  });

  test('gives fewer dimensions, scaled to length 1 again', async () => {
    const [full, shorter] = [await embedder.embed(['a cat']), await embedder.embed(['a cat'], { dimensions: 32 })];
    expect(shorter.columns).toBe(32);
    const length = Math.hypot(...full.data.subarray(0, 32));
    shorter.data.forEach((value, i) => {
      expect(value).toBeCloseTo(full.data[i] / length, 5);
    });
    await expect(embedder.embed(['a'], { dimensions: 65 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('tells a caller who brings too much', async () => {
    const small = await Embedder.load(folder, { maxWaitingTexts: 3 });
    const first = small.embed(['a', 'b', 'c']);
    await expect(small.embed(['d'])).rejects.toMatchObject({ code: 'QUEUE_FULL', httpStatus: 429 });
    expect((await first).rows).toBe(3);
    await small.close();
  });

  test('finishes what it has when it is closed', async () => {
    const closing = await Embedder.load(folder);
    const running = closing.embed(texts);
    await closing.close();
    expect((await running).rows).toBe(texts.length);
  });

  test('may be closed twice while it works', async () => {
    const closing = await Embedder.load(folder);
    const running = closing.embed(texts);
    await Promise.all([closing.close(), closing.close()]);
    expect((await running).rows).toBe(texts.length);
  });

  test('gives the begun windows of a stream when it is closed, and says that it was', async () => {
    const closing = await Embedder.load(folder);
    let given = 0;
    let closed: Promise<void> | undefined;
    const consume = async () => {
      for await (const { items, vectors } of closing.stream(Array.from({ length: 5000 }, (_, i) => `${i}`))) {
        expect(vectors.rows).toBe(items.length);
        given += items.length;
        closed ??= closing.close();
      }
    };
    await expect(consume()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(given).toBeGreaterThan(0);
    await closed;
  });

  test('says that it was closed', async () => {
    const closed = await Embedder.load(folder);
    await closed.close();
    await expect(closed.embed(['a'])).rejects.toBeInstanceOf(OctavecError);
    await expect(closed.embed(['a'])).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

function cosine(a: Float32Array, b: readonly number[]): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, i) => {
    product += value * b[i];
    squaresA += value * value;
    squaresB += b[i] * b[i];
  });
  return product / Math.sqrt(squaresA * squaresB);
}
