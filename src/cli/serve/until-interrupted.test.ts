import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunningServer } from '../../server/index.js';
import { runUntilInterrupted } from './until-interrupted.js';

let printed: string;
let calls: string[];
beforeEach(() => {
  printed = '';
  calls = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A server that notes what it is told. */
function server(ready: Promise<void>): RunningServer {
  const note = (what: string) => async () => void calls.push(what);
  const close = note('close');
  return {
    ...{ url: 'http://127.0.0.1:1', port: 1, healthPort: undefined, ready, close, [Symbol.asyncDispose]: close },
    ...{ apply: note('apply'), reload: note('reload') },
  };
}

const loaded = Promise.resolve();
const never = new Promise<void>(() => undefined);
const run = (ready: Promise<void>, signal: AbortSignal) => runUntilInterrupted(server(ready), {}, {}, [], signal);

test('a server runs until the signal, and is closed then', async () => {
  const stop = new AbortController();
  const running = run(loaded, stop.signal);
  await expect.poll(() => printed).toBe('listening on http://127.0.0.1:1\nready\n');
  expect(calls).toEqual([]);
  stop.abort();
  await running;
  expect(printed).toContain('finishing what runs\n');
  expect(calls).toEqual(['close']);
});

test('a signal that came while the model was found ends it before it is ready', async () => {
  await run(loaded, AbortSignal.abort());
  expect(printed).toBe('listening on http://127.0.0.1:1\nfinishing what runs\n');
  expect(calls).toEqual(['close']);
});

test('a signal that comes while the model loads ends it', async () => {
  const stop = new AbortController();
  const running = run(never, stop.signal);
  stop.abort();
  await running;
  expect(calls).toEqual(['close']);
});

test('a server that cannot load its model is closed, and says why', async () => {
  const failed = Promise.reject(new Error('no such model'));
  await expect(run(failed, new AbortController().signal)).rejects.toThrow('no such model');
  expect(calls).toEqual(['close']);
});

test('SIGHUP loads everything anew, and is let go at the end', async () => {
  const before = process.listenerCount('SIGHUP');
  const stop = new AbortController();
  const running = run(loaded, stop.signal);
  await expect.poll(() => printed).toContain('ready');
  process.emit('SIGHUP', 'SIGHUP');
  await expect.poll(() => printed).toContain('settings and models taken over');
  stop.abort();
  await running;
  expect(calls).toEqual(['reload', 'close']);
  expect(process.listenerCount('SIGHUP')).toBe(before);
});
