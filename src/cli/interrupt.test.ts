import { beforeEach, expect, test } from 'vitest';

let count = 0;
/** The module anew, as a process has it that has just begun. */
async function fresh(): Promise<typeof import('./interrupt.js')> {
  count++;
  return import(/* @vite-ignore */ `${new URL('./interrupt.ts', import.meta.url).pathname}?${count}`);
}

let interrupt: typeof import('./interrupt.js');
beforeEach(async () => {
  interrupt = await fresh();
});

test('a signal aborts what runs, and gives the exit status that shells have for it', () => {
  const signal = interrupt.interruptSignal();
  expect(signal.aborted).toBe(false);
  expect(interrupt.interruptStatus()).toBeUndefined();
  process.emit('SIGTERM', 'SIGTERM');
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toEqual(new Error('terminated'));
  expect(interrupt.interruptStatus()).toBe(143);
});

test('Ctrl-C is 130', () => {
  interrupt.interruptSignal();
  process.emit('SIGINT', 'SIGINT');
  expect(interrupt.interruptStatus()).toBe(130);
});

test('a signal that came between two steps of a command is known to the second', () => {
  interrupt.interruptSignal();
  process.emit('SIGTERM', 'SIGTERM');
  expect(interrupt.interruptSignal().aborted).toBe(true);
});

test('a second signal is left to the system, which ends the process, however many steps have asked', () => {
  const before = process.listenerCount('SIGINT');
  interrupt.interruptSignal();
  interrupt.interruptSignal();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  process.emit('SIGTERM', 'SIGTERM');
  expect(process.listenerCount('SIGINT')).toBe(before);
  interrupt.interruptSignal();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
