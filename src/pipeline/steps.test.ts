import { expect, test } from 'vitest';
import type { ProgressEvent } from '../base/index.js';
import { Steps } from './steps.js';

test('progress is told with its step', () => {
  const told: ProgressEvent[] = [];
  const steps = new Steps(3, (event) => told.push(event));
  const event = { stage: 'Embedding', done: 1, total: 2, unit: 'texts' };
  steps.onProgress?.(event);
  steps.next();
  steps.onProgress?.(event);
  expect(told).toEqual([
    { ...event, step: { number: 1, of: 3 } },
    { ...event, step: { number: 2, of: 3 } },
  ]);
  expect(new Steps(3, undefined).onProgress).toBeUndefined();
});
