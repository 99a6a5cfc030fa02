import { expect, test } from 'vitest';
import { overLongOf, type ServerContext } from './context.js';

test.each([
  [true, undefined, 'truncate'],
  [true, null, 'truncate'],
  [true, false, 'error'],
  [false, undefined, 'error'],
  [false, true, 'truncate'],
])('where the server cuts (%s) and a request says %s, over-long inputs are: %s', (autoTruncate, truncate, overLong) => {
  const context = { autoTruncate } as ServerContext;
  expect(overLongOf(context, truncate)).toEqual({ overLong, truncationSide: undefined });
  expect(overLongOf(context, truncate, 'left').truncationSide).toBe('left');
});
