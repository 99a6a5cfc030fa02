import { describe, expect, test } from 'vitest';
import type { StoredTensor } from '../../files/index.js';
import { NamedTensors } from './named-tensors.js';

const tensor = (name: string, dims: readonly number[]): StoredTensor => ({
  ...{ name, type: 'F32', dims, path: '/m/model.safetensors', offset: 0, bytes: 4 * dims.reduce((a, b) => a * b, 1) },
});

function named(shapes: Readonly<Record<string, readonly number[]>>, prefix = ''): NamedTensors {
  const tensors = new Map(Object.entries(shapes).map(([name, dims]) => [name, tensor(name, dims)]));
  return new NamedTensors('/m', tensors, prefix);
}

const invalid = (why: string) =>
  expect.objectContaining({ code: 'WEIGHTS_INVALID', message: expect.stringContaining(why) });

describe('tensors by their names', () => {
  test('with what stands before all of them', () => {
    const tensors = named({ 'bert.a.weight': [2, 3], 'b.weight': [1] }, 'bert.');
    expect(tensors.has('a.weight')).toBe(true);
    expect(tensors.has('b.weight')).toBe(false);
    expect(tensors.dims('a.weight')).toEqual([2, 3]);
    expect(tensors.dims('c')).toEqual([]);
    expect(tensors.take('a.weight', 2).name).toBe('bert.a.weight');
  });

  test('of norms, as the first files have them', () => {
    const tensors = named({ 'norm.gamma': [4], 'norm.beta': [4] });
    expect(tensors.take('norm.weight', 1).name).toBe('norm.gamma');
    expect(tensors.take('norm.bias', 1).name).toBe('norm.beta');
  });

  test('of heads stand outside of the encoder', () => {
    const tensors = named({ 'bert.a': [1], 'classifier.weight': [1, 4] }, 'bert.');
    expect(tensors.take('classifier.weight', 2).name).toBe('classifier.weight');
    expect(tensors.has('other.weight')).toBe(false);
  });

  test('are refused where they are missing, empty or of another shape', () => {
    const tensors = named({ 'x.a': [2, 3], 'x.empty': [0, 3] }, 'x.');
    expect(() => tensors.take('b', 2)).toThrow(invalid('the tensor "x.b" is missing'));
    expect(() => tensors.take('a', 1)).toThrow(invalid('the tensor "x.a" has the shape [2,3]'));
    expect(() => tensors.take('empty', 2)).toThrow(invalid('has the shape [0,3]'));
  });
});

describe('a weight', () => {
  const tensors = named({ a: [6, 4] });

  test('is a tensor, or rows of one', () => {
    expect(tensors.weight('a', [6, 4])).toMatchObject({ tensor: { name: 'a' } });
    expect(tensors.weight('a', [2, 4], [4, 6])).toMatchObject({ rows: [4, 6] });
  });

  test.each([
    [[6, 5], undefined],
    [[4, 6], undefined],
    [
      [3, 4],
      [4, 6],
    ],
    [
      [2, 4],
      [5, 7],
    ],
  ] as const)('of %j and rows %j does not fit', (dims, rows) => {
    expect(() => tensors.weight('a', dims, rows)).toThrow(invalid('does not fit'));
  });
});

describe('the table of words', () => {
  test('is taken by its name, else as the output layer that shares it', () => {
    const both = named({ words: [5, 2], 'lm_head.weight': [5, 2] });
    expect(both.takeWords('words', 2)).toMatchObject({ weight: { tensor: { name: 'words' } }, count: 5 });
    const tied = named({ 'lm_head.weight': [5, 2] }, 'model.');
    expect(tied.takeWords('words', 2)).toMatchObject({ weight: { tensor: { name: 'lm_head.weight' } }, count: 5 });
    expect(tied.leftOver()).toEqual([]);
  });

  test('has the width of the model, also where it is shared', () => {
    const wrong = invalid('which does not fit [5,3]');
    expect(() => named({ words: [5, 2] }).takeWords('words', 3)).toThrow(wrong);
    expect(() => named({ 'lm_head.weight': [5, 2] }).takeWords('words', 3)).toThrow(wrong);
    expect(() => named({ 'lm_head.weight': [5] }).takeWords('words', 5)).toThrow(invalid('2 dimensions is expected'));
  });

  test('must be somewhere', () => {
    expect(() => named({ other: [5, 2] }).takeWords('words', 2)).toThrow(invalid('"words" is missing'));
  });
});

describe('what is left over', () => {
  test('are heads of the training and buffers that code makes anew', () => {
    const shapes = {
      ...{ a: [1], 'pooler.dense.weight': [1], 'bert.pooler.bias': [1], 'cls.predictions.bias': [1] },
      ...{ 'embeddings.position_ids': [1], 'layers.0.rotary.inv_freq': [1], 'vocab_transform.weight': [1] },
    };
    const tensors = named(shapes);
    tensors.take('a', 1);
    expect(tensors.leftOver()).toEqual(Object.keys(shapes).slice(1));
  });

  test.each(['adapter.weight', 'poolers.weight', 'inv_freq.weight', 'headless'])(
    '%s is nothing of the kind',
    (name) => {
      expect(() => named({ [name]: [1] }).leftOver()).toThrow(invalid(`nothing is known of the tensors ${name}`));
    },
  );

  test('is named, but not without end', () => {
    const shapes = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`odd${i}`, [1]]));
    expect(() => named(shapes).leftOver()).toThrow(invalid('odd0, odd1, odd2 and 6 more'));
  });

  test('does not count what was only looked at', () => {
    const tensors = named({ a: [1] });
    tensors.has('a');
    tensors.dims('a');
    expect(() => tensors.leftOver()).toThrow(invalid('tensors a'));
  });
});
