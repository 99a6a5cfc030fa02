import { expect, test } from 'vitest';
import { ProcessHold } from './process-hold.js';

function observed() {
  const state = { isHeld: true };
  const handle = {
    ref: () => {
      state.isHeld = true;
    },
    unref: () => {
      state.isHeld = false;
    },
  };
  return { state, handle };
}

function pending() {
  let settle: { resolve: (value: string) => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<string>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...(settle as NonNullable<typeof settle>) };
}

test('holds the process until the last who waits has an answer or an error', async () => {
  const { state, handle } = observed();
  const hold = new ProcessHold(handle);
  expect(state.isHeld).toBe(false);
  const [answer, end] = [pending(), pending()];
  const answered = hold.while(answer.promise);
  const ended = hold.while(end.promise);
  expect(state.isHeld).toBe(true);
  answer.resolve('an answer');
  expect(await answered).toBe('an answer');
  expect(state.isHeld).toBe(true);
  end.reject(new Error('its end'));
  await expect(ended).rejects.toThrow('its end');
  expect(state.isHeld).toBe(false);
});

test('holds it again for whoever comes later', async () => {
  const { state, handle } = observed();
  const hold = new ProcessHold(handle);
  await hold.while(Promise.resolve());
  expect(state.isHeld).toBe(false);
  const later = pending();
  const waiting = hold.while(later.promise);
  expect(state.isHeld).toBe(true);
  later.resolve('');
  await waiting;
  expect(state.isHeld).toBe(false);
});
