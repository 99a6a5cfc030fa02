import { describe, expect, test } from 'vitest';
import { bindInputs, paddedFeeds, paddedShape } from './inputs.js';
import { textFeeds } from './text-feeds.js';

const input = (name: string, type = 'int64', shape: (number | string)[] = ['batch', 'tokens']) => ({
  name,
  type,
  shape,
});
const usual = [input('input_ids'), input('attention_mask'), input('token_type_ids')];
const numbers = (data: ArrayLike<number | bigint>) => Array.from(data, Number);

describe('inputs that a model declares', () => {
  test('are bound to what octavec can give', () => {
    const { bindings, past, fixed } = bindInputs([...usual, input('position_ids', 'int32')], 'm');
    expect(bindings.map(({ name, role, type }) => [name, role, type])).toEqual([
      ['input_ids', 'ids', 'int64'],
      ['attention_mask', 'mask', 'int64'],
      ['token_type_ids', 'types', 'int64'],
      ['position_ids', 'positions', 'int32'],
    ]);
    expect([past, fixed]).toEqual([[], {}]);
  });

  test('may fix their sizes', () => {
    expect(bindInputs([input('input_ids', 'int64', [1, 128])], 'm').fixed).toEqual({ texts: 1, tokens: 128 });
  });

  test.each([
    [[input('attention_mask')], 'it has no input "input_ids"'],
    [[input('input_ids', 'float32')], 'it asks for the input "input_ids" (float32)'],
    [[input('input_ids'), input('pixel_values', 'float32')], 'it asks for the input "pixel_values" (float32)'],
    [[{ name: 'input_ids' }], 'it asks for the input "input_ids" (not a tensor)'],
    [[], 'it has no input "input_ids"'],
  ])('that it cannot give are refused (%#)', (declared, why) => {
    expect(() => bindInputs(declared, 'm.onnx')).toThrow(why);
  });
});

describe('a batch is padded on the right', () => {
  const batch = { ids: Int32Array.of(5, 6, 7, 8), offsets: Int32Array.of(0, 1, 4), types: Int32Array.of(0, 0, 1, 1) };

  test('with the padding token, which nothing looks at', () => {
    const bound = bindInputs([...usual, input('position_ids', 'int32')], 'm');
    const shape = paddedShape(bound, batch);
    expect(shape).toEqual({ texts: 2, tokens: 3 });
    const feeds = paddedFeeds(bound, batch, shape, 99);
    expect(feeds.map(({ name, data }) => [name, numbers(data)])).toEqual([
      ['input_ids', [5, 99, 99, 6, 7, 8]],
      ['attention_mask', [1, 0, 0, 1, 1, 1]],
      ['token_type_ids', [0, 0, 0, 0, 1, 1]],
      ['position_ids', [0, 0, 0, 0, 1, 2]],
    ]);
    expect(feeds.map(({ type, dims }) => [type, dims])).toEqual([
      ['int64', [2, 3]],
      ['int64', [2, 3]],
      ['int64', [2, 3]],
      ['int32', [2, 3]],
    ]);
  });

  test('without types all belong to the first text', () => {
    const bound = bindInputs(usual, 'm');
    const { ids, offsets } = batch;
    const feeds = paddedFeeds(bound, { ids, offsets }, { texts: 2, tokens: 3 }, 0);
    expect(numbers(feeds[2].data)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('places for texts that there are not have a token to look at', () => {
    const bound = bindInputs([input('input_ids', 'int64', [3, 4]), input('attention_mask', 'int64', [3, 4])], 'm');
    const shape = paddedShape(bound, batch);
    expect(shape).toEqual({ texts: 3, tokens: 4 });
    const [ids, mask] = paddedFeeds(bound, batch, shape, 1);
    expect(numbers(ids.data)).toEqual([5, 1, 1, 1, 6, 7, 8, 1, 1, 1, 1, 1]);
    expect(numbers(mask.data)).toEqual([1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0]);
  });

  test('a text without tokens looks at its padding', () => {
    const bound = bindInputs(usual, 'm');
    const empty = { ids: Int32Array.of(5, 6), offsets: Int32Array.of(0, 0, 2) };
    const [ids, mask] = paddedFeeds(bound, empty, paddedShape(bound, empty), 9);
    expect(numbers(ids.data)).toEqual([9, 9, 5, 6]);
    expect(numbers(mask.data)).toEqual([1, 0, 1, 1]);
  });
});

describe('one text', () => {
  test('is not padded', () => {
    const feeds = textFeeds(usual, Int32Array.of(1, 2, 3), 'm');
    expect(Object.keys(feeds)).toEqual(['input_ids', 'attention_mask', 'token_type_ids']);
    expect(numbers(feeds.input_ids.data)).toEqual([1, 2, 3]);
    expect(feeds.attention_mask.dims).toEqual([1, 3]);
  });

  test('is cut or padded to a fixed size', () => {
    const fixed = [input('input_ids', 'int64', ['batch', 2]), input('attention_mask', 'int64', ['batch', 2])];
    expect(numbers(textFeeds(fixed, Int32Array.of(1, 2, 3), 'm').input_ids.data)).toEqual([1, 2]);
    const short = textFeeds(fixed, Int32Array.of(1), 'm');
    expect([numbers(short.input_ids.data), numbers(short.attention_mask.data)]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });
});
