import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { listAnswer } from './list-answer.js';

const asJson = (item: unknown) => JSON.stringify(item);

test('a short list is one string', () => {
  expect(listAnswer('{"data":[', [1, 'a', null], asJson, '],"n":3}')).toBe('{"data":[1,"a",null],"n":3}');
  expect(listAnswer('[', [], asJson, ']')).toBe('[]');
});

test('a long one is a stream of the same text, made as it is read', async () => {
  const items = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(20_000, 'x'));
  const made: number[] = [];
  const write = (item: string, index: number) => {
    made.push(index);
    return asJson(item);
  };
  const answer = listAnswer('[', items, write, ']');
  expect(answer).toBeInstanceOf(Readable);
  expect(made.length).toBeLessThan(items.length);
  expect(await text(answer as Readable)).toBe(JSON.stringify(items));
});

test('an end that comes with a full piece is not lost', async () => {
  const items = ['x'.repeat(300_000)];
  const answer = listAnswer('[', items, asJson, ']');
  expect(typeof answer === 'string' ? answer : await text(answer)).toBe(JSON.stringify(items));
});
