import { describe, expect, test } from 'vitest';
import { promptFor } from './prompt-for.js';
import type { ServedModel } from './served-model.js';

const withPrompts = (prompts: Readonly<Record<string, string>>) =>
  ({ describe: async () => ({ prompts }) }) as unknown as ServedModel;

describe('the prompt for a kind of text', () => {
  test.each([
    ['nothing said: the default counts', { query: 'q: ' }, undefined, {}],
    ['a prompt of the model by its own name', { 'my prompt': 'x' }, 'my prompt', { promptName: 'my prompt' }],
    [
      'its name before what others mean by it',
      { query: 'q', search_query: 's' },
      'search_query',
      { promptName: 'search_query' },
    ],
    ["a client's word for a question", { query: 'q' }, 'search_query', { promptName: 'query' }],
    ['in capitals, as Google has it', { query: 'q' }, 'RETRIEVAL_QUERY', { promptName: 'query' }],
    [
      'the first name that the model has',
      { 'Retrieval-query': 'r', s2p_query: 's' },
      'query',
      { promptName: 's2p_query' },
    ],
    ['a passage is a document', { passage: 'p' }, 'document', { promptName: 'passage' }],
    ['a known kind without a prompt is taken as it is', { query: 'q' }, 'document', { prompt: '' }],
    ['clustering', { Clustering: 'c' }, 'clustering', { promptName: 'Clustering' }],
  ])('%s', async (_, prompts, inputType, expected) => {
    expect(await promptFor(withPrompts(prompts as Record<string, string>), inputType)).toEqual(expected);
  });

  test.each(['image', '', 'query ', 'constructor', '__proto__', 'toString'])(
    '%j is refused, with all that are known',
    async (inputType) => {
      await expect(promptFor(withPrompts({ mine: 'x' }), inputType)).rejects.toMatchObject({
        kind: 'invalid',
        param: 'input_type',
        message: expect.stringContaining('must be one of: mine, query, search_query'),
      });
    },
  );
});
