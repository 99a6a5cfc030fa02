import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { onAbort, throwIfCancelled, unlessCancelled, whenAborted } from './cancel.js';

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

test('nothing is told of a signal that was aborted before, nor twice', () => {
  const controller = new AbortController();
  const listener = vi.fn();
  const forget = onAbort(controller.signal, listener);
  controller.abort();
  controller.abort();
  expect(listener).toHaveBeenCalledTimes(1);
  forget();
  onAbort(controller.signal, listener)();
  expect(listener).toHaveBeenCalledTimes(1);
  expect(onAbort(undefined, listener)()).toBeUndefined();
});

test('a listener that takes another one away keeps it from being told', () => {
  const controller = new AbortController();
  const told: string[] = [];
  onAbort(controller.signal, () => {
    told.push('first');
    forget();
  });
  const forget = onAbort(controller.signal, () => told.push('second'));
  onAbort(controller.signal, () => told.push('third'));
  controller.abort();
  expect(told).toEqual(['first', 'third']);
});

test('after all have gone, a signal tells who comes next', () => {
  const controller = new AbortController();
  const listener = vi.fn();
  onAbort(controller.signal, vi.fn())();
  onAbort(controller.signal, listener);
  controller.abort();
  expect(listener).toHaveBeenCalledTimes(1);
});

test('waiting for an abort ends with it, or at once', async () => {
  const controller = new AbortController();
  let isOver = false;
  const waiting = whenAborted(controller.signal).then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  controller.abort();
  await waiting;
  await whenAborted(controller.signal);
  expect(isOver).toBe(true);
});

test('a discard that fails, or a promise that fails too late, troubles nobody', async () => {
  const controller = new AbortController();
  let fail: (error: Error) => void = () => undefined;
  const late = new Promise<string>((_, reject) => {
    fail = reject;
  });
  const discard = vi.fn();
  const waiting = unlessCancelled(late, controller.signal, 'waiting', discard);
  const badly = unlessCancelled(Promise.resolve('x'), AbortSignal.abort('why'), 'waiting', () => {
    throw new Error('discarded badly');
  });
  controller.abort(new Error('stop'));
  fail(new Error('late'));
  await expect(waiting).rejects.toMatchObject({
    code: 'CANCELLED',
    cause: expect.objectContaining({ message: 'stop' }),
  });
  await expect(badly).rejects.toMatchObject({ code: 'CANCELLED', cause: 'why', message: 'Cancelled: waiting.' });
  expect(discard).not.toHaveBeenCalled();
});
