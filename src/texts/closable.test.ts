import { expect, test } from 'vitest';
import { closable } from './closable.js';

test('gives what the generator gives', async () => {
  const numbers = async function* () {
    yield 1;
    yield 2;
  };
  const found: number[] = [];
  for await (const number of closable(numbers(), () => undefined)) {
    found.push(number);
  }
  expect(found).toEqual([1, 2]);
});

test('ends while its consumer waits for something that never comes', async () => {
  let give: () => void = () => undefined;
  const waiting = async function* () {
    await new Promise<void>((resolve) => {
      give = resolve;
    });
  };
  const closing = closable(waiting(), () => give());
  const item = closing.next();
  expect(await closing.return?.()).toEqual({ done: true, value: undefined });
  expect(await item).toEqual({ done: true, value: undefined });
});

test('is closed when a loop is left early, before the generator is', async () => {
  const told: string[] = [];
  const endless = async function* () {
    try {
      for (;;) {
        yield 'x';
      }
    } finally {
      told.push('generator');
    }
  };
  for await (const _ of closable(endless(), () => told.push('close'))) {
    break;
  }
  expect(told).toEqual(['close', 'generator']);
});
