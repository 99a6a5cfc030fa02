import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { whenEnded, whileAwaited } from './request-signal.js';

const replyTo = (raw: { destroyed?: boolean } = {}) => {
  const emitter = Object.assign(new EventEmitter(), { destroyed: false }, raw);
  return { raw: emitter } as unknown as Parameters<typeof whenEnded>[0] & { raw: EventEmitter };
};

/** Work that fails as soon as it is given up, and tells what signal it got. */
function untilGivenUp() {
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signals.push(signal);
      const fail = () => reject(new Error('cancelled', { cause: signal.reason }));
      signal.aborted ? fail() : signal.addEventListener('abort', fail);
    });
  return { signals, work };
}

test('a client that goes away ends the work', async () => {
  const { signals, work } = untilGivenUp();
  const reply = replyTo();
  const result = whileAwaited(reply, 60, work);
  expect(signals[0].aborted).toBe(false);
  reply.raw.emit('close');
  await expect(result).rejects.toThrow('cancelled');
  expect(signals[0].reason).toMatchObject({ message: 'the client has closed the connection' });
});

test('a client that has gone already ends the work at once, and gives back what was reserved', async () => {
  const reply = replyTo({ destroyed: true });
  await expect(whileAwaited(reply, 60, untilGivenUp().work)).rejects.toThrow('cancelled');
  const release = vi.fn();
  whenEnded(reply, release);
  expect(release).toHaveBeenCalledTimes(1);
});

test('work that is done is not given up when its answer ends, nor is what comes after it', async () => {
  const signals: AbortSignal[] = [];
  const note = async (signal: AbortSignal) => signals.push(signal);
  const [first, second] = [replyTo(), replyTo()];
  await whileAwaited(first, 60, note);
  const { work, signals: waiting } = untilGivenUp();
  const running = whileAwaited(second, 60, work);
  first.raw.emit('close');
  expect([signals[0].aborted, waiting[0].aborted]).toEqual([false, false]);
  second.raw.emit('close');
  await expect(running).rejects.toThrow('cancelled');
});

test('a signal is used again after work that was done, and never after work that failed or was given up', async () => {
  const signals: AbortSignal[] = [];
  const note = async (signal: AbortSignal) => signals.push(signal);
  await whileAwaited(replyTo(), 60, note);
  await whileAwaited(replyTo(), 60, note);
  expect(signals[1]).toBe(signals[0]);
  await expect(
    whileAwaited(replyTo(), 60, async (signal) => {
      signals.push(signal);
      throw new Error('failed');
    }),
  ).rejects.toThrow('failed');
  expect(signals[2]).toBe(signals[0]);
  const left = replyTo();
  await whileAwaited(left, 60, async (signal) => {
    signals.push(signal);
    left.raw.emit('close');
  });
  expect(signals[3].aborted).toBe(true);
  await whileAwaited(replyTo(), 60, note);
  expect(new Set(signals).size).toBe(3);
  expect(signals[4].aborted).toBe(false);
});

test('however much waits for the end of an answer, one listener tells it, but for what was taken back', () => {
  const reply = replyTo();
  const actions = Array.from({ length: 20 }, () => vi.fn());
  const takeBack = actions.map((action) => whenEnded(reply, action));
  takeBack[3]();
  expect(reply.raw.listenerCount('close')).toBe(1);
  reply.raw.emit('close');
  expect(actions.map(({ mock }) => mock.calls.length)).toEqual(actions.map((_, i) => (i === 3 ? 0 : 1)));
});

test('work that takes too long is given up, and the error says so', async () => {
  vi.useFakeTimers();
  const result = whileAwaited(replyTo(), 2, untilGivenUp().work);
  const told = expect(result).rejects.toMatchObject({
    name: 'Problem',
    kind: 'timeout',
    status: 504,
    message: 'the request was not done within 2 s',
  });
  vi.advanceTimersByTime(2000);
  vi.useRealTimers();
  await told;
});
