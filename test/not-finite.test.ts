import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder, embedToFile, OctavecError, quantize, quantizeVectors, vectorRanges, verify } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeNanFolder } from './support/nan-model.js';
import { makeTinyFolder } from './support/tiny-folder.js';

let root: string;
let model: string;
let sound: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'octavec-nan-'));
  model = await makeNanFolder(join(root, 'nan'));
  sound = join(root, 'sound');
  makeTinyFolder(sound, 'bert');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as OctavecError,
  );

describe('a model that gives NaN for some texts', () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await Embedder.load(model);
  });
  afterAll(() => embedder.close());

  test('is told with the places of the texts', async () => {
    const error = await thrown(embedder.embed(['a cat', 'a zebra', 'a dog', 'fizz']));
    expect(error).toMatchObject({ code: 'VECTOR_NOT_FINITE', details: { indices: [1, 3] } });
    expect(error?.message).toContain('the vector of texts 1, 3.');
  });

  test('embeds the other texts where that is asked for', async () => {
    const vectors = await embedder.embed(['a cat', 'a zebra', 'a dog'], { onError: 'skip' });
    expect(vectors.failures).toMatchObject([{ index: 1, error: { code: 'VECTOR_NOT_FINITE' } }]);
    const without = await embedder.embed(['a cat', 'a dog']);
    expect([vectors[0], vectors[2]]).toEqual([...without]);
    expect(JSON.parse(JSON.stringify(vectors))[1]).toBeNull();
  });

  test('also skips what is no text, what is too long, each with its reason', async () => {
    const texts = ['a cat', 7 as unknown as string, 'word '.repeat(400), 'a zebra', 'a dog'];
    const vectors = await embedder.embed(texts, { onError: 'skip', overLong: 'error' });
    expect(vectors.failures.map(({ index, error }) => [index, error.code])).toEqual([
      [1, 'TEXT_INVALID'],
      [2, 'TEXT_TOO_LONG'],
      [3, 'VECTOR_NOT_FINITE'],
    ]);
    expect(vectors[4]).toEqual((await embedder.embed(['a dog']))[0]);
  });

  test('streams the others, too', async () => {
    const failed: string[] = [];
    for await (const { items, vectors } of embedder.stream(['a', 'z', 'b'], { onError: 'skip' })) {
      failed.push(...vectors.failures.map(({ index }) => items[index]));
    }
    expect(failed).toEqual(['z']);
  });

  test.each([4095, 4096, 5499])(
    'names text %s of 6,000 by its place among all',
    async (place) => {
      const texts = Array.from({ length: 6000 }, (_, i) => `t ${i % 10}`);
      const nan = [...texts.slice(0, place), 'z', ...texts.slice(place + 1)];
      expect(await thrown(embedder.embed(nan))).toMatchObject({ details: { indices: [place] } });
      const long = [...texts.slice(0, place), 'word '.repeat(400), ...texts.slice(place + 1)];
      expect(await thrown(embedder.embed(long, { overLong: 'error' }))).toMatchObject({
        code: 'TEXT_TOO_LONG',
        details: { index: place },
      });
      const { failures } = await embedder.embed(long, { overLong: 'error', onError: 'skip' });
      expect(failures).toMatchObject([{ index: place, error: { details: { index: place } } }]);
    },
    60_000,
  );
});

describe('as an original', () => {
  const list = Array.from({ length: 12 }, (_, i) => `text ${i} with a few words`);
  const texts = { texts: list, source: 'made up' };
  const withNan = { texts: [...list, 'a zebra'], source: 'made up' };

  test('its own NaN is said as such, and nothing is written', async () => {
    const output = join(root, 'out');
    const error = await thrown(quantize(model, { to: ['int8'], output, texts: withNan }));
    expect(error).toMatchObject({ code: 'ORIGINAL_NOT_FINITE' });
    expect(error?.message).toContain('for 1 of the texts of made up (text 12)');
    expect(existsSync(output)).toBe(false);
    expect(await thrown(verify(sound, { against: model, texts: withNan }))).toMatchObject({
      code: 'ORIGINAL_NOT_FINITE',
    });
  }, 60_000);

  test.each(['int8', 'int8-static', 'q4'] as const)(
    'NaN never comes into the calibration of %s',
    async (method) => {
      const output = join(root, `out-${method}`);
      const error = await thrown(quantize(model, { to: [method], output, texts, calibration: withNan }));
      expect(error).toMatchObject({ code: 'ORIGINAL_NOT_FINITE' });
      expect(error?.message).toContain('for text 12 of the calibration');
      expect(existsSync(output)).toBe(false);
    },
    60_000,
  );
});

test('a candidate that gives NaN is refused by the gate, not an error', async () => {
  const list = Array.from({ length: 12 }, (_, i) => `text ${i} with a few words`);
  const evidence = await verify(model, { against: sound, texts: { texts: [...list, 'a zebra'], source: 'made up' } });
  expect(evidence.fidelity.nonFinite).toEqual({ original: 0, candidate: 1 });
  expect(evidence.verdict?.passed).toBe(false);
}, 60_000);

test('NaN and infinity never come into ranges or into smaller numbers', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const matrix = { data: Float32Array.of(1, 2, 3, value), rows: 2, columns: 2 };
    expect(() => vectorRanges(matrix)).toThrow('the first in row 1');
    for (const type of ['int8', 'uint8', 'binary', 'ubinary'] as const) {
      expect(() => quantizeVectors(matrix, type)).toThrow(OctavecError);
    }
    const ranges = { least: Float32Array.of(0, value), greatest: Float32Array.of(1, 1) };
    const finite = { data: Float32Array.of(1, 2), rows: 1, columns: 2 };
    expect(() => quantizeVectors(finite, 'int8', ranges)).toThrow('2 finite numbers each');
  }
});

test('a file of vectors leaves out what failed and names it, also after an interruption', async () => {
  const texts = [...Array.from({ length: 600 }, (_, i) => `t ${i % 10}`), 'a zebra', 'a dog'];
  texts[3] = 'fizz';
  const source = () => {
    const records = (async function* () {
      yield* texts.map((text, i) => ({ text, id: i, place: `line ${i + 1}` }));
    })();
    return { name: 'texts', records, share: () => undefined };
  };
  const out = join(root, 'skipped.npy');
  await using embedder = await Embedder.load(model);
  const stop = new AbortController();
  const interrupted = embedToFile(embedder, source(), out, {
    onError: 'skip',
    signal: stop.signal,
    onProgress: ({ done }) => done >= 512 && stop.abort(),
  });
  await interrupted.catch(() => undefined);
  const { texts: written, skipped } = await embedToFile(embedder, source(), out, { onError: 'skip' });
  const reason = 'the model gives NaN or infinity for it';
  expect(skipped).toEqual([
    { place: 'line 4', id: 3, reason },
    { place: 'line 601', id: 600, reason },
  ]);
  expect(written).toBe(600);
  expect(readFileSync(out).length).toBe(128 + 600 * 4 * embedder.width);
  expect(await thrown(embedToFile(embedder, source(), join(root, 'failed.npy')))).toMatchObject({
    code: 'VECTOR_NOT_FINITE',
    details: { indices: [3] },
  });
}, 60_000);
