import { describe, expect, test } from 'vitest';
import type { Classifier, ClassifierInput } from '../rerank/index.js';
import { classifyInputs, loadOfClasses } from './classify-inputs.js';
import type { ModelShelf } from './model-shelf.js';
import type { ServedModel } from './served-model.js';

const of = (files: object) => ({ files }) as unknown as ServedModel;

test.each<[ServedModel, ClassifierInput[], object]>([
  [{} as ServedModel, [], { texts: 0, tokens: 0, bytes: 0 }],
  [
    {} as ServedModel,
    [
      ['ab', 'abc'],
      ['ab', ''],
    ],
    { texts: 2, tokens: 8 + 5, bytes: 8 },
  ],
  [{} as ServedModel, [['a'.repeat(600), 'a']], { texts: 1, tokens: 512, bytes: 4 }],
  [of({ maxTokens: 8 }), ['abc', ['ab', 'abcd'], 'a'.repeat(9)], { texts: 3, tokens: 5 + 8 + 8, bytes: 12 }],
  [of({ maxTokens: 8, facts: { labels: ['a', 'b', 'c'] } }), ['a', 'b'], { texts: 2, tokens: 6, bytes: 24 }],
])('the load of inputs counts both texts of a pair, and the numbers of every class (%#)', (model, inputs, load) => {
  expect(loadOfClasses(model, { inputs })).toEqual(load);
});

describe('classifying', () => {
  const asked: unknown[] = [];
  const classifier = {
    maxTokens: 8,
    labels: ['no', 'yes'],
    classify: async (inputs: readonly ClassifierInput[], { onTokenized, ...options }: { onTokenized: () => void }) => {
      asked.push({ inputs, options });
      onTokenized();
      const scores = Float32Array.of(1, 2, 3, 4);
      return { scores, numbers: scores, tokenCounts: Int32Array.of(5, 20), truncated: 1 };
    },
  } as unknown as Classifier;
  const shelf = {
    useClassifier: (_: ServedModel, work: (one: Classifier) => unknown) => work(classifier),
  } as unknown as ModelShelf;

  test('counts tokens as far as they are read, and the characters of both texts of each pair', async () => {
    const inputs: ClassifierInput[] = [
      ['q😀', 'a'],
      ['q😀', 'bcd'],
    ];
    const found = await classifyInputs({ shelf }, of({}), { inputs, raw: true, overLong: 'error' });
    expect(found).toMatchObject({ tokens: 5 + 8, characters: 2 + 1 + 2 + 3, truncated: 1, labels: ['no', 'yes'] });
    expect(found.scores).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(asked).toEqual([{ inputs, options: { raw: true, overLong: 'error' } }]);
  });

  test.each<[ClassifierInput[], string]>([
    [['a', '\ud800'], 'input 1'],
    [['a', ['q', 'a'], ['q', '\udfff']], 'input 2'],
    [['a', 'b', ['\ud800', 'a']], 'input 2'],
    // Two halves in two texts make no whole.
    [[['\ud83d', '\ude00']], 'input 0'],
  ])('half of a surrogate pair is refused (%#)', async (inputs, place) => {
    await expect(classifyInputs({ shelf }, of({}), { inputs })).rejects.toThrow(`${place} is not valid Unicode`);
  });
});
