import { expect, test } from 'vitest';
import { resolvePrompt } from './prompt.js';

const prompts = { query: 'q: ', document: '' };

test.each([
  [{}, {}, ''],
  [{ defaultPrompt: 'query' }, {}, 'q: '],
  [{ defaultPrompt: 'query' }, { promptName: 'document' }, ''],
  [{ defaultPrompt: 'query' }, { prompt: 'own ' }, 'own '],
  [{ defaultPrompt: 'query' }, { prompt: '' }, ''],
  [{ defaultPrompt: 'missing' }, { prompt: 'own' }, 'own'],
  [{}, { promptName: 'query' }, 'q: '],
])('with %j and %j it is %j', (model, options, expected) => {
  expect(resolvePrompt({ prompts, ...model }, options)).toBe(expected);
});

test.each([
  [{}, { promptName: 'passage' }, 'passage'],
  [{}, { promptName: '' }, ''],
  [{}, { promptName: 'constructor' }, 'constructor'],
  [{ defaultPrompt: 'missing' }, {}, 'missing'],
])('with %j and %j there is none', (model, options, name) => {
  expect(() => resolvePrompt({ prompts, ...model }, options)).toThrow(
    expect.objectContaining({ code: 'PROMPT_UNKNOWN', details: { name, known: 'query, document' } }),
  );
});

test('a text and a name together are refused, and a model without prompts says that it has none', () => {
  expect(() => resolvePrompt({ prompts }, { prompt: 'a', promptName: 'query' })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  );
  expect(() => resolvePrompt({ prompts: {} }, { promptName: 'query' })).toThrow('Known prompts: none.');
});
