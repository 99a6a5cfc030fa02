import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { Problem } from './problem.js';
import { asGivenUp, requestSignal, whenEnded } from './request-signal.js';

const replyTo = (raw: { destroyed?: boolean; writableFinished?: boolean }) => {
  const emitter = Object.assign(new EventEmitter(), { destroyed: false, writableFinished: false }, raw);
  return { raw: emitter } as unknown as Parameters<typeof requestSignal>[0] & { raw: EventEmitter };
};

test('a client that goes away ends the work, one that has its answer does not', () => {
  const [gone, served] = [replyTo({}), replyTo({ writableFinished: true })];
  const signals = [gone, served].map((reply) => requestSignal(reply, 60));
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  gone.raw.emit('close');
  served.raw.emit('close');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test('a client that has gone already ends the work at once, and gives back what was reserved', () => {
  const reply = replyTo({ destroyed: true });
  expect(requestSignal(reply, 60).aborted).toBe(true);
  const release = vi.fn();
  whenEnded(reply, release);
  expect(release).toHaveBeenCalledTimes(1);
});

test('however much waits for the end of an answer, one listener tells it', () => {
  const reply = replyTo({});
  const actions = Array.from({ length: 20 }, () => vi.fn());
  for (const action of actions) {
    whenEnded(reply, action);
  }
  expect(reply.raw.listenerCount('close')).toBe(1);
  reply.raw.emit('close');
  expect(actions.map(({ mock }) => mock.calls.length)).toEqual(actions.map(() => 1));
});

test('work that takes too long is given up, and the error says so', async () => {
  vi.useFakeTimers();
  const signal = requestSignal(replyTo({}), 2);
  vi.advanceTimersByTime(2000);
  vi.useRealTimers();
  const problem = asGivenUp(new Error('cancelled'), signal);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ kind: 'timeout', status: 504, message: 'the request was not done within 2 s' });
  const other = new Error('other');
  expect(asGivenUp(other, new AbortController().signal)).toBe(other);
});
