import { describe, expect, test } from 'vitest';
import * as schemas from './schemas.js';

describe('inputs', () => {
  test('with an id below 0 are refused', () => {
    expect(schemas.inputs.safeParse([-1]).success).toBe(false);
    expect(schemas.inputs.safeParse([[0, -1]]).success).toBe(false);
  });

  test.each([['a'], [''], [[]], [['a', 'b']], [[1, 2]], [[[1, 2], 'a']], [[[]]]])('%j are taken', (inputs) => {
    expect(schemas.inputs.parse(inputs)).toEqual(inputs);
  });

  test.each([[null], [3], [{}], [[null]], [[1.5]], [[['a']]], [[{ text: 'a' }]]])('%j are not', (inputs) => {
    const { error } = schemas.inputs.safeParse(inputs);
    expect(error?.issues[0].message).toBe('must be a string, a list of token ids, or a list of such inputs');
  });
});

test('what a request leaves out is as with TEI', () => {
  expect(schemas.embedRequest.parse({ inputs: 'a' })).toEqual({
    inputs: 'a',
    truncation_direction: 'Right',
    normalize: true,
  });
  expect(schemas.rerankRequest.parse({ query: 'q', texts: [] })).toMatchObject({
    raw_scores: false,
    return_text: false,
  });
  expect(schemas.tokenizeRequest.parse({ inputs: ['a'] })).toMatchObject({ add_special_tokens: true });
});

test.each([
  [{ inputs: 'a', truncation_direction: 'Up' }, false],
  [{ inputs: 'a', truncation_direction: 'left' }, true],
  [{ inputs: 'a', truncate: null, prompt_name: null, dimensions: null }, true],
  [{ inputs: 'a', normalize: 'yes' }, false],
  [{ inputs: 'a', dimensions: 1.5 }, false],
  [{}, false],
])('the request %j is sound: %s', (request, isSound) => {
  expect(schemas.embedRequest.safeParse(request).success).toBe(isSound);
});

test.each([
  ['a', true],
  [['a', 'b'], true],
  [[['a', 'b'], ['c']], true],
  [[['a', 'b', 'c']], false],
  [[[]], false],
])('the pairs %j are sound: %s', (inputs, isSound) => {
  expect(schemas.predictRequest.safeParse({ inputs }).success).toBe(isSound);
});
