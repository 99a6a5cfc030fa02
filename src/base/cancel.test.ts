import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { onAbort, throwIfCancelled, unlessCancelled } from './cancel.js';

test('throws once the signal is aborted, with its reason as the cause', () => {
  const controller = new AbortController();
  expect(() => throwIfCancelled(undefined, 'work')).not.toThrow();
  expect(() => throwIfCancelled(controller.signal, 'work')).not.toThrow();
  controller.abort('enough');
  expect(() => throwIfCancelled(controller.signal, 'work')).toThrow(
    expect.objectContaining({ code: 'CANCELLED', message: 'Cancelled: work.', cause: 'enough' }),
  );
});

test('a signal has one listener however many wait for it, and none when nobody does', () => {
  const controller = new AbortController();
  const listeners = Array.from({ length: 30 }, () => vi.fn());
  const forget = listeners.map((listener) => onAbort(controller.signal, listener));
  expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
  forget[0]();
  controller.abort();
  expect(listeners.map(({ mock }) => mock.calls.length)).toEqual([0, ...new Array(29).fill(1)]);

  const other = new AbortController();
  for (const each of [onAbort(other.signal, vi.fn()), onAbort(other.signal, vi.fn())]) {
    each();
    each();
  }
  expect(getEventListeners(other.signal, 'abort')).toEqual([]);
});

test('a cancelled wait ends at once, and what comes too late is discarded', async () => {
  const controller = new AbortController();
  const discard = vi.fn();
  let come: (value: string) => void = () => undefined;
  const late = new Promise<string>((resolve) => {
    come = resolve;
  });
  const waiting = unlessCancelled(late, controller.signal, 'waiting', discard);
  const inTime = unlessCancelled(Promise.resolve('in time'), controller.signal, 'waiting', discard);
  const failed = unlessCancelled(Promise.reject(new Error('no')), controller.signal, 'waiting', discard);
  await expect(failed).rejects.toThrow('no');
  expect(await inTime).toBe('in time');
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(unlessCancelled(late, controller.signal, 'waiting')).rejects.toMatchObject({ code: 'CANCELLED' });
  come('late');
  await late;
  expect(discard.mock.calls).toEqual([['late']]);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});
