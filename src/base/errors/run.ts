import { entry } from './error-entry.js';

/** Errors of the run time. */
export const runErrors = {
  ENGINE_LOAD: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `The run time cannot load ${d.path}: ${d.why}. Run "octavec inspect" on the file to see what it holds.`,
  ),
  DEVICE_UNUSABLE: entry<{ device: string; why: string }>(
    1,
    500,
    (d) => `The device ${d.device} cannot be used: ${d.why}. Take another one, or "auto", which falls back to the CPU.`,
  ),
  ENGINE_RUN: entry<{ path: string; why: string }>(
    1,
    500,
    (d) => `The run time failed while running ${d.path}: ${d.why}.`,
  ),
  ENGINE_DIED: entry<{ path: string; why: string }>(
    1,
    503,
    (d) =>
      `A worker that ran ${d.path} died: ${d.why}. If memory is short, use a smaller token budget or fewer workers.`,
  ),
  HOST_UNUSABLE: entry<{ problems: string }>(
    1,
    503,
    (d) => `octavec cannot work on this machine: ${d.problems}. "octavec doctor" says what to do.`,
  ),
  QUEUE_FULL: entry<{ waiting: string; limit: string }>(
    1,
    429,
    (d) =>
      `Too much is waiting to be embedded: ${d.waiting}, and ${d.limit} are allowed. Try again later, or send less at a time.`,
  ),
  CLOSED: entry<{ what: string }>(1, 503, (d) => `This ${d.what} was closed. Load it again before using it.`),
  CANCELLED: entry<{ what: string }>(1, 499, (d) => `Cancelled: ${d.what}.`),
} as const;
