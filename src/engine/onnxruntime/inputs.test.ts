import { describe, expect, test } from 'vitest';
import { bindInputs, type DeclaredInput, paddedFeeds, paddedShape } from './inputs.js';

const int64 = (name: string, shape: DeclaredInput['shape'] = ['batch', 'tokens']) => ({ name, type: 'int64', shape });
const all = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'].map((name) => int64(name));

/** Two texts, of three tokens and one. */
const batch = { ids: Int32Array.of(5, 6, 7, 8), offsets: Int32Array.of(0, 3, 4) };

/** The numbers that every input gets, row by row. */
function fed(inputs: readonly DeclaredInput[], given: Parameters<typeof paddedShape>[1] = batch, pad = 9) {
  const bound = bindInputs(inputs, 'model.onnx');
  const shape = paddedShape(bound, given);
  return Object.fromEntries(
    paddedFeeds(bound, given, shape, pad).map(({ name, data, dims }) => [
      name,
      { numbers: Array.from(data, Number), dims },
    ]),
  );
}

describe('a batch is padded on the right', () => {
  test('for each input that a model may have', () => {
    const dims = [2, 3];
    expect(fed(all)).toEqual({
      input_ids: { dims, numbers: [5, 6, 7, 8, 9, 9] },
      attention_mask: { dims, numbers: [1, 1, 1, 1, 0, 0] },
      token_type_ids: { dims, numbers: [0, 0, 0, 0, 0, 0] },
      position_ids: { dims, numbers: [0, 1, 2, 0, 0, 0] },
    });
  });

  test('in the type that the model declares', () => {
    const inputs = [int64('input_ids'), { name: 'attention_mask', type: 'int32' }];
    const bound = bindInputs(inputs, '');
    const [ids, mask] = paddedFeeds(bound, batch, paddedShape(bound, batch), 0);
    expect([ids.type, ids.data]).toEqual(['int64', BigInt64Array.of(5n, 6n, 7n, 8n, 0n, 0n)]);
    expect([mask.type, mask.data]).toEqual(['int32', Int32Array.of(1, 1, 1, 1, 0, 0)]);
  });

  test('types of tokens are given where there are some', () => {
    const { token_type_ids: types } = fed(all, { ...batch, types: Int32Array.of(0, 1, 1, 1) });
    expect(types.numbers).toEqual([0, 1, 1, 1, 0, 0]);
  });

  test('up to sizes that the model fixes; a text that there is not has a token to look at', () => {
    const inputs = ['input_ids', 'attention_mask'].map((name) => int64(name, [3, 4]));
    expect(fed(inputs)).toEqual({
      input_ids: { dims: [3, 4], numbers: [5, 6, 7, 9, 8, 9, 9, 9, 9, 9, 9, 9] },
      attention_mask: { dims: [3, 4], numbers: [1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0] },
    });
  });

  test('no texts are no rows', () => {
    const none = { ids: new Int32Array(), offsets: Int32Array.of(0) };
    expect(fed([int64('input_ids')], none).input_ids).toEqual({ dims: [0, 0], numbers: [] });
  });

  test('the past is empty', () => {
    const past = { name: 'past_key_values.0.key', type: 'float32', shape: ['batch', 4, 'past', 64] };
    const half = { name: 'past_key_values.0.value', type: 'float16', shape: ['batch', 4, 'past', 64] };
    const { [past.name]: keys, [half.name]: values } = fed([...all, past, half]);
    expect(keys).toEqual({ dims: [2, 4, 0, 64], numbers: [] });
    expect(values).toEqual({ dims: [2, 4, 0, 64], numbers: [] });
  });
});

describe('what cannot be given is an error', () => {
  test.each<[string, DeclaredInput[], RegExp]>([
    [
      'an input of another name',
      [...all, int64('pixel_values')],
      /"pixel_values" \(int64\), and octavec gives input_ids/,
    ],
    ['ids as floats', [{ name: 'input_ids', type: 'float32' }], /"input_ids" \(float32\)/],
    ['what is no tensor', [{ name: 'input_ids' }], /not a tensor/],
    [
      'a past of open width',
      [...all, { name: 'past_key_values.0.key', type: 'float32', shape: ['b', 4, 'p', 'w'] }],
      /\[b, 4, p, w\]/,
    ],
    [
      'a past of integers',
      [...all, { name: 'past_key_values.0.key', type: 'int64', shape: [1, 4, 0, 64] }],
      /\(int64 \[/,
    ],
    ['no ids', [int64('attention_mask')], /no input "input_ids"/],
    ['sizes that contradict each other', [int64('input_ids', [1, 4]), int64('attention_mask', [1, 5])], /4 and 5/],
    ['another rank', [int64('input_ids', ['b', 1, 's'])], /\[b, 1, s\]/],
  ])('%s', (_, inputs, why) => {
    expect(() => bindInputs(inputs, 'model.onnx')).toThrow(
      expect.objectContaining({ code: 'MODEL_OUTPUT', message: expect.stringMatching(why) }),
    );
  });
});
