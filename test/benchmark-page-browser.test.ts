import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchmarkPage } from '../src/pages/index.js';
import { someBenchmark } from './support/benchmark.js';
import { Chromium, findChromium } from './support/chromium.js';
import { cutTexts } from './support/cut-texts.js';

/** The page of a benchmark in a real browser. OCTAVEC_SCREENSHOTS=<folder> keeps pictures, to be looked at. */
const chromium = process.env.CI ? undefined : findChromium();

describe.skipIf(chromium === undefined)('the page of a benchmark in Chromium', () => {
  let browser: Chromium;
  let folder: string;
  let url: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'octavec-bench-page-'));
    const path = join(folder, 'bench.html');
    writeFileSync(path, benchmarkPage(someBenchmark({ notes: ['Other programs may have run.'] })));
    url = pathToFileURL(path).href;
    browser = new Chromium(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    [1280, false],
    [390, true],
  ])('at %d pixels, dark: %s: nothing scrolls sideways, no text of a plot is cut off', async (width, dark) => {
    await browser.open(url, width, 900, dark);
    const { wide, cut } = await browser.evaluate<{ wide: number; cut: string[] }>(`({
      wide: document.documentElement.scrollWidth,
      cut: ${cutTexts},
    })`);
    expect(wide).toBeLessThanOrEqual(width);
    expect(cut).toEqual([]);
    if (process.env.OCTAVEC_SCREENSHOTS) {
      const name = `bench-${width}-${dark ? 'dark' : 'light'}.png`;
      writeFileSync(join(process.env.OCTAVEC_SCREENSHOTS, name), await browser.screenshot());
    }
  });
});
