import { describe, expect, test } from 'vitest';
import { type Plan, parsePlan, planId, planText, rowsOf } from './plan.js';

const plan: Plan = {
  format: 1,
  inputs: [{ store: '/corpus', key: 'a.txt', size: 10, etag: 'x' }],
  texts: {},
  shards: [
    { input: 0, part: { kind: 'lines', bytes: [0, 5], linesBefore: 0 }, rows: 2 },
    { input: 0, part: { kind: 'lines', bytes: [5, 10], linesBefore: 2 }, rows: 3 },
  ],
  model: 'minilm',
  engine: 'native',
  vectors: { type: 'float32' },
  settings: { model: 'abc' },
  maxQuarantined: 0,
};

test('a plan is read as it was written, and named by its content', () => {
  const text = planText(plan);
  expect(parsePlan(text, 'plan')).toEqual(plan);
  expect(planId(text)).toMatch(/^[0-9a-f]{12}$/);
  expect(planId(planText({ ...plan, maxQuarantined: 1 }))).not.toBe(planId(text));
  expect(rowsOf(plan)).toBe(5);
});

describe('what is refused, with the place', () => {
  const shard = plan.shards[0];
  test.each<[string, object, RegExp]>([
    ['another format', { ...plan, format: 2 }, /format/],
    ['an unknown key', { ...plan, colour: 'red' }, /colour/],
    ['no shards', { ...plan, shards: [] }, /shards/],
    ['a shard of no input', { ...plan, shards: [{ ...shard, input: 1 }] }, /a shard is of input 1, which is not there/],
    ['a negative count', { ...plan, shards: [{ ...shard, rows: -1 }] }, /shards\.0\.rows/],
    ['an unknown kind', { ...plan, shards: [{ ...shard, part: { kind: 'halves' } }] }, /shards\.0\.part/],
    ['a range of one end', { ...plan, shards: [{ ...shard, part: { kind: 'groups', groups: [1] } }] }, /groups/],
    ['another engine', { ...plan, engine: 'abacus' }, /engine/],
  ])('%s', (_, content, message) => {
    expect(() => parsePlan(JSON.stringify(content), '_plan.json')).toThrow(
      expect.objectContaining({ code: 'JOB_PLAN_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test('what is no JSON', () => {
    expect(() => parsePlan('{"format": 1', '_plan.json')).toThrow(/it is not JSON/);
  });
});

test('a plan of thousands of shards is read in a moment, and named by every byte', () => {
  const shards = Array.from({ length: 5000 }, () => plan.shards[0]);
  const text = planText({ ...plan, shards });
  expect(rowsOf(parsePlan(text, 'plan'))).toBe(10_000);
  expect(planId(text)).not.toBe(planId(`${text} `));
});

describe('a plan from elsewhere', () => {
  test.each<[string, unknown, RegExp]>([
    ['a list', [], /all of it: /],
    ['null', null, /all of it: /],
    ['inputs without a tag', { ...plan, inputs: [{ store: '/', key: 'a', size: 1 }] }, /inputs\.0\.etag/],
    ['a size that no number holds', { ...plan, inputs: [{ ...plan.inputs[0], size: 2 ** 60 }] }, /inputs\.0\.size/],
    ['a share as its budget', { ...plan, maxQuarantined: '0.1%' }, /maxQuarantined/],
    ['no vectors', { ...plan, vectors: { type: 'float64' } }, /vectors\.type/],
    ['no dimensions', { ...plan, vectors: { type: 'int8', dimensions: 0 } }, /vectors\.dimensions/],
    ['ranges of texts', { ...plan, vectors: { type: 'int8', ranges: { least: ['0'], greatest: [1] } } }, /ranges/],
    ['settings of lists', { ...plan, settings: { model: [] } }, /settings\.model/],
  ])('with %s is refused by its place', (_, content, message) => {
    expect(() => parsePlan(JSON.stringify(content), 's3://b/_plan.json')).toThrow(
      expect.objectContaining({
        ...{ code: 'JOB_PLAN_INVALID', message: expect.stringMatching(message) },
        details: expect.objectContaining({ name: 's3://b/_plan.json' }),
      }),
    );
  });
});
