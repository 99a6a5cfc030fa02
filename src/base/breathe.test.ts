import { expect, test } from 'vitest';
import { breather } from './breathe.js';

test('a timer keeps ticking while a long calculation breathes', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const breathe = breather(5);
  const end = performance.now() + 120;
  while (performance.now() < end) {
    await breathe();
  }
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(5);
});
