import { describe, expect, test } from 'vitest';
import type { Embedder } from '../embed/index.js';
import { charactersOf, checkTextsOf, embedInputs, type Input, loadOf } from './embed-inputs.js';
import type { ModelShelf } from './model-shelf.js';
import type { ServedModel } from './served-model.js';
import { VectorCache } from './vector-cache.js';

const unknown = {} as ServedModel;
const known = { files: { maxTokens: 10 }, width: 4 } as unknown as ServedModel;

describe('what inputs will take', () => {
  test.each([
    ['nothing', unknown, [], { texts: 0, tokens: 0, bytes: 0 }],
    ['a text of a model that is not known yet', unknown, ['abc'], { texts: 1, tokens: 5, bytes: 4096 }],
    ['no text takes more than the model reads', unknown, ['a'.repeat(9999)], { texts: 1, tokens: 512, bytes: 4096 }],
    ['token ids count as they are', known, [[1, 2], 'a', []], { texts: 3, tokens: 9, bytes: 48 }],
    ['the limits of a model that is known', known, ['a'.repeat(20), 'ab'], { texts: 2, tokens: 14, bytes: 32 }],
  ])('%s', (_, model, inputs, load) => {
    expect(loadOf(model, inputs as Input[])).toEqual(load);
  });

  test('vectors of every token take more', () => {
    expect(loadOf(known, ['abcd', 'a'], 'tokens')).toEqual({ texts: 2, tokens: 9, bytes: 9 * 4 * 4 });
  });
});

test.each([
  ['', 0],
  ['abc', 3],
  ['é€', 2],
  ['😀a😀', 3],
  ['👨‍👩‍👧', 5],
])('%j has %d characters', (text, count) => {
  expect(charactersOf(text)).toBe(count);
  expect([...text]).toHaveLength(count);
});

describe('texts that are no Unicode', () => {
  test.each([['a\ud800'], ['\udc00a'], ['\udc00\ud800']])('%j is refused by its place', (text) => {
    expect(() => checkTextsOf(['fine', [1], text])).toThrow('input 2 is not valid Unicode');
  });

  test('whole pairs, and ids of any kind, are fine', () => {
    expect(() => checkTextsOf(['😀', '', [0xd800], 'a\0b'])).not.toThrow();
  });
});

/** Gives each text the vector [its length, 1], and notes what it was asked. */
function shelfOf({ normalize = false, maxTokens = 4 } = {}) {
  const asked: unknown[] = [];
  const embedder = (scale: number) =>
    ({
      width: 2,
      maxTokens,
      model: { head: { normalize } },
      decode: async (lists: number[][]) => lists.map((list) => list.map((id) => String.fromCharCode(id)).join('')),
      embed: async (texts: string[], options: { readonly onTokenized?: () => void }) => {
        asked.push({ texts, options });
        options.onTokenized?.();
        return Object.assign(
          texts.map(({ length }) => Float32Array.of(scale * length, scale)),
          { tokenCounts: texts.map(({ length }) => length + 2) },
        );
      },
    }) as unknown as Embedder;
  const shelf = {
    use: (_: ServedModel, work: (one: Embedder, raw: () => Promise<Embedder>) => unknown) =>
      work(embedder(1), async () => embedder(10)),
  } as unknown as ModelShelf;
  return { shelf, asked };
}

describe('a request', () => {
  test('counts tokens as far as they are read, characters, and what was cut', async () => {
    const { shelf } = shelfOf();
    const { vectors, tokens, characters, truncated } = await embedInputs({ shelf }, known, {
      inputs: ['a', 'abc', '😀'],
    });
    expect(vectors).toEqual([Float32Array.of(1, 1), Float32Array.of(3, 1), Float32Array.of(2, 1)]);
    expect({ tokens, characters, truncated }).toEqual({ tokens: 3 + 4 + 4, characters: 5, truncated: 1 });
  });

  test('puts ids into words, each at its place among the texts', async () => {
    const { shelf, asked } = shelfOf();
    await embedInputs({ shelf }, known, { inputs: [[104, 105], 'x', [33]] });
    expect(asked).toMatchObject([{ texts: ['hi', 'x', '!'] }]);
  });

  test('without inputs has no vectors', async () => {
    expect((await embedInputs({ shelf: shelfOf().shelf }, known, { inputs: [] })).vectors).toEqual([]);
  });

  test('is scaled to length 1 where it asks for it and the model does not do so', async () => {
    const { shelf } = shelfOf();
    const { vectors } = await embedInputs({ shelf }, known, { inputs: ['a'], normalize: true });
    expect(vectors[0][0]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  test('gets raw vectors where it asks for them', async () => {
    const { shelf } = shelfOf({ normalize: true });
    expect((await embedInputs({ shelf }, known, { inputs: ['a'], normalize: false })).vectors[0]).toEqual(
      Float32Array.of(10, 10),
    );
    expect((await embedInputs({ shelf }, known, { inputs: ['a'] })).vectors[0]).toEqual(Float32Array.of(1, 1));
  });

  test('for more dimensions than there are is refused, before anything is embedded', async () => {
    const { shelf, asked } = shelfOf();
    await expect(embedInputs({ shelf }, known, { inputs: ['a'], dimensions: 3 })).rejects.toMatchObject({
      kind: 'invalid',
      param: 'dimensions',
    });
    expect(asked).toEqual([]);
  });
});

describe('with kept vectors', () => {
  test('a text is embedded once, and again with another prompt', async () => {
    const { shelf, asked } = shelfOf();
    const cache = new VectorCache(10_000);
    const both = { shelf: { use: shelf.use } as ModelShelf, cache };
    const embedders: Embedder[] = [];
    const one = await shelf.use(known, async (embedder) => embedder);
    both.shelf.use = (async (_: ServedModel, work: (model: Embedder, raw: () => Promise<Embedder>) => unknown) => {
      embedders.push(one);
      return work(one, async () => one);
    }) as ModelShelf['use'];
    const first = await embedInputs(both, known, { inputs: ['a', 'b'] });
    const second = await embedInputs(both, known, { inputs: ['b', 'c'] });
    await embedInputs(both, known, { inputs: ['a'], prompt: 'q: ' });
    expect(asked.map((each) => (each as { texts: string[] }).texts)).toEqual([['a', 'b'], ['c'], ['a']]);
    expect(second.vectors[0]).toEqual(first.vectors[1]);
    expect(second.tokens).toBe(6);
  });
});
