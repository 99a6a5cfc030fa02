import { expect, test } from 'vitest';
import { breather } from './breathe.js';

test('a timer keeps ticking while a long calculation breathes', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const breathe = breather(5);
  // Of a calculation that does not breathe it would see the end only, however long that is in coming.
  const end = performance.now() + 20_000;
  while (ticks <= 5 && performance.now() < end) {
    await breathe();
  }
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(5);
});
