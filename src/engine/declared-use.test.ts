import { describe, expect, test } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { declaredUse } from './declared-use.js';

const ids = { input_ids: 'int64[batch,tokens]' };
const use = (outputs: Record<string, string>, inputs: Record<string, string> = ids) =>
  declaredUse(smallModel({ inputs, outputs, nodes: [] }));

describe('how a model would be run, as its file says', () => {
  test('hidden states, which octavec pools', () => {
    const { output, problem } = use({ last_hidden_state: 'float[batch,tokens,384]' });
    expect(output).toMatchObject({ name: 'last_hidden_state', gives: 'hidden states' });
    expect(problem).toBeUndefined();
  });

  test('vectors that the model has pooled', () => {
    expect(use({ sentence_embedding: 'float[batch,384]' }).output).toMatchObject({
      name: 'sentence_embedding',
      gives: 'vectors',
    });
  });

  test('sizes that its inputs fix', () => {
    const outputs = { last_hidden_state: 'float[1,128,384]' };
    expect(use(outputs, { input_ids: 'int64[1,128]', attention_mask: 'int64[1,128]' }).fixedShape).toEqual({
      texts: 1,
      tokens: 128,
    });
    expect(use(outputs).fixedShape).toEqual({});
  });

  test('of outputs without a shape nothing is said before the first run', () => {
    const { output, problem } = use({ last_hidden_state: 'float' }, { input_ids: 'int64[batch,64]' });
    expect(output).toBeUndefined();
    expect(problem).toContain('seen when it is run');
    expect(use({ last_hidden_state: 'float' }, { input_ids: 'int64[batch,64]' }).fixedShape).toEqual({ tokens: 64 });
  });

  test.each([
    ['no output that is one', { last_hidden_state: 'int64[batch,tokens,384]' }, ids, /last_hidden_state/],
    [
      'inputs of different sizes',
      { y: 'float[b,t,4]' },
      { input_ids: 'int64[1,4]', attention_mask: 'int64[1,5]' },
      /4 and 5/,
    ],
  ])('%s is a problem, in the words of the error without the path', (_, outputs, inputs, why) => {
    const { output, problem } = use(outputs, inputs as unknown as Record<string, string>);
    expect(output).toBeUndefined();
    expect(problem).toMatch(why);
    expect(problem).not.toContain('small.onnx');
  });
});
