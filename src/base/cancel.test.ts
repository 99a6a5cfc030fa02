import { expect, test } from 'vitest';
import { throwIfCancelled } from './cancel.js';

test('throws once the signal is aborted, with its reason as the cause', () => {
  const controller = new AbortController();
  expect(() => throwIfCancelled(undefined, 'work')).not.toThrow();
  expect(() => throwIfCancelled(controller.signal, 'work')).not.toThrow();
  controller.abort('enough');
  expect(() => throwIfCancelled(controller.signal, 'work')).toThrow(
    expect.objectContaining({ code: 'CANCELLED', message: 'Cancelled: work.', cause: 'enough' }),
  );
});
