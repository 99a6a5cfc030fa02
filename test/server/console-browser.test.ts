import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Chromium, findChromium } from '../support/chromium.js';
import { startServer, type TestServer } from '../support/http-server.js';

/** The console in a real browser. OCTAVEC_SCREENSHOTS=<folder> keeps pictures, to be looked at. */
const chromium = process.env.CI ? undefined : findChromium();
if (chromium === undefined) {
  console.log(`The console is not tested in a browser: ${process.env.CI ? 'not in CI' : 'there is no Chromium'}.`);
}

describe.skipIf(chromium === undefined)('the console in Chromium', () => {
  let browser: Chromium;
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    browser = new Chromium(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each([
    [1280, false],
    [390, true],
  ])(
    'at %d pixels, dark: %s: embeds, shows similarities and tokens, and scrolls no way but down',
    async (width, dark) => {
      await browser.open(`${server.url}/`, width, 900, dark);
      await expect.poll(() => browser.evaluate('document.querySelectorAll("#model option").length')).toBe(2);
      await browser.evaluate(
        'document.getElementById("second").selectedIndex = 1; document.getElementById("go").click()',
      );
      await expect.poll(() => browser.evaluate('document.querySelectorAll("#heat td.cell").length')).toBe(2 * 4 * 4);
      await expect
        .poll(() => browser.evaluate('document.querySelectorAll("#tokens .token").length'))
        .toBeGreaterThan(16);
      expect(await browser.evaluate('document.getElementById("heat").textContent')).toContain('same for 4 of 4 texts');
      expect(await browser.evaluate('document.getElementById("error").textContent')).toBe('');
      expect(await browser.evaluate('document.getElementById("code").textContent')).toContain('/v1/embeddings');
      expect(await browser.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      if (process.env.OCTAVEC_SCREENSHOTS) {
        await new Promise((resolve) => setTimeout(resolve, 4500));
        writeFileSync(join(process.env.OCTAVEC_SCREENSHOTS, `console-${width}.png`), await browser.screenshot());
      }
    },
  );

  test('says that a key is needed', async () => {
    await using closed = await startServer({ apiKeys: ['0'.repeat(64)] });
    await browser.open(`${closed.url}/`, 800, 600, false);
    await expect.poll(() => browser.evaluate('document.getElementById("error").textContent')).toContain('API key');
  });
});
