import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatePresets, judge } from '../src/evaluate/index.js';
import { randomNumbers } from '../src/numbers/index.js';
import { htmlReport } from '../src/pages/index.js';
import { recommend } from '../src/pipeline/index.js';
import { Chromium, findChromium } from './support/chromium.js';
import { cutTexts } from './support/cut-texts.js';
import { soundEvidence } from './support/evidence.js';

/**
 * The report in a real browser. OCTAVEC_SCREENSHOTS=<folder> keeps pictures, to be looked at.
 */
const chromium = process.env.CI ? undefined : findChromium();
if (chromium === undefined) {
  console.log(`The report is not tested in a browser: ${process.env.CI ? 'not in CI' : 'there is no Chromium'}.`);
}

describe.skipIf(chromium === undefined)('the report in Chromium', () => {
  let browser: Chromium;
  let folder: string;
  let url: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'octavec-report-'));
    const path = join(folder, 'report.html');
    writeFileSync(path, htmlReport(evidences(), { recommendations: recommend(evidences()), sensitivities }));
    url = pathToFileURL(path).href;
    browser = new Chromium(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    [1280, false],
    [390, false],
    [1280, true],
    [390, true],
  ])('at %d pixels, dark: %s: all plots are seen, nothing scrolls sideways', async (width, dark) => {
    await browser.open(url, width, 900, dark);
    await browser.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
    const page = await browser.evaluate<{ wide: number; plots: { width: number; height: number }[]; paper: string }>(`({
      wide: document.documentElement.scrollWidth,
      plots: [...document.querySelectorAll('svg')].filter((plot) => plot.checkVisibility() && !plot.closest('.kept')).map((plot) => {
        const { width, height } = plot.getBoundingClientRect();
        return { width, height };
      }),
      paper: getComputedStyle(document.body).backgroundColor,
    })`);
    expect(page.wide).toBeLessThanOrEqual(width);
    expect(page.plots.length).toBe(1 + 3 * 3 + 1);
    for (const plot of page.plots) {
      expect(plot.width).toBeGreaterThan(250);
      expect(plot.height).toBeGreaterThan(150);
    }
    expect(page.paper).toBe(dark ? 'rgb(20, 23, 28)' : 'rgb(255, 255, 255)');
    if (process.env.OCTAVEC_SCREENSHOTS) {
      const name = `report-${width}-${dark ? 'dark' : 'light'}.png`;
      writeFileSync(join(process.env.OCTAVEC_SCREENSHOTS, name), await browser.screenshot());
    }
  });

  test.each([390, 1280])('one variant alone fills the page at %d pixels', async (width) => {
    const path = join(folder, 'alone.html');
    writeFileSync(path, htmlReport(evidences().slice(0, 1)));
    await browser.open(pathToFileURL(path).href, width, 900, false);
    const page = await browser.evaluate<{ wide: number; card: number; plots: number[] }>(`({
      wide: document.documentElement.scrollWidth,
      card: document.querySelector('.card').getBoundingClientRect().width,
      plots: [...document.querySelectorAll('.pictures svg')].map((plot) => plot.getBoundingClientRect().width),
    })`);
    expect(page.wide).toBeLessThanOrEqual(width);
    expect(page.card).toBeGreaterThan(0.9 * width);
    expect(page.plots).toHaveLength(3);
    const across = width > 600 ? page.plots.reduce((sum, plot) => sum + plot) : Math.min(...page.plots);
    expect(across).toBeGreaterThan(0.8 * width);
    if (process.env.OCTAVEC_SCREENSHOTS) {
      writeFileSync(join(process.env.OCTAVEC_SCREENSHOTS, `alone-${width}.png`), await browser.screenshot());
    }
  });

  test('on paper everything is open, in light colours', async () => {
    await browser.open(url, 1280, 900, true);
    const pdf = await browser.pdf();
    if (process.env.OCTAVEC_SCREENSHOTS) {
      writeFileSync(join(process.env.OCTAVEC_SCREENSHOTS, 'report.pdf'), pdf);
    }
    const printed = await browser.evaluateInPrint<{ open: boolean[]; wide: number; paper: string; lists: number }>(`({
      open: [...document.querySelectorAll('details table')].map((table) => table.getBoundingClientRect().height > 20),
      wide: document.documentElement.scrollWidth,
      paper: getComputedStyle(document.body).backgroundColor,
      lists: [...document.querySelectorAll('main > table.wide')].filter((t) => getComputedStyle(t).display !== 'table').length,
    })`);
    expect(printed.open.length).toBe(3 * 3 + 1);
    expect(printed.open).not.toContain(false);
    expect(printed.paper).toBe('rgb(255, 255, 255)');
    expect(printed.lists).toBe(0);
    expect(printed.wide).toBeLessThanOrEqual(718);
  });

  test.each([390, 1280])(
    'at %d pixels no text of a plot is cut off by its edge, nor covered by another',
    async (width) => {
      await browser.open(url, width, 900, false);
      const covered = await browser.evaluate<string[]>(`[...document.querySelectorAll('svg')].flatMap((plot) => {
      const boxes = [...plot.querySelectorAll('text')].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
        a.box.left + 1 < b.box.right && b.box.left + 1 < a.box.right && a.box.top + 3 < b.box.bottom && b.box.top + 3 < a.box.bottom,
      ).map((b) => a.text + ' / ' + b.text));
    })`);
      expect(covered).toEqual([]);
      const cut = await browser.evaluate<string[]>(cutTexts);
      expect(cut).toEqual([]);
    },
  );
});

const distance = { q4: 0.004, int8: 0.0008, q8: 0.00003 };
const sensitivities = {
  'onnx/model_int8.onnx': {
    roles: ['query', 'value', 'attention-output', 'ffn-up', 'ffn-down'].map((role) => ({
      role,
      parts: 6,
      parameters: 884_736,
      distance,
    })),
    parts: [0, 1, 2].map((layer) => ({
      id: `bert.encoder.layer.${layer}.attention.self.query.weight`,
      role: 'query',
      parameters: 147_456,
      distance,
      measured: ['q4' as const],
      chosen: 'int8' as const,
    })),
  },
};

/** Three variants with samples as real ones have them, one of them refused, with a long name and long texts. */
function evidences() {
  const random = randomNumbers(1);
  return [0.0002, 0.004, 0.03].map((loss, i) => {
    const cosines = Array.from({ length: 256 }, () => 1 - loss * (0.5 + random() + random())).sort((a, b) => a - b);
    const similarities = Array.from({ length: 512 }, () => {
      const before = random() * random();
      return [before, before + 3 * loss * (random() - 0.5)] as const;
    });
    const worst = Array.from({ length: 10 }, (_, index) => ({
      index,
      text: `${'averyveryverylongwordwithoutanyspace'.repeat(4)} ${index}`,
      cosine: cosines[index],
      neighboursBefore: [{ index, text: 'a neighbour of usual length', similarity: 0.8 }],
      neighboursAfter: [{ index, text: 'another neighbour', similarity: 0.79 }],
    }));
    const mean = 1 - loss * 1.5;
    const evidence = soundEvidence(
      {
        cosine: { mean, p50: mean, p1: cosines[2], min: cosines[0] },
        samples: { cosines, similarities },
        worst,
      },
      { run: { textsPerSecond: 100 * (i + 1), peakBytes: 3e8 } },
    );
    const name = [
      'onnx/model_q8.onnx',
      'onnx/model_int8.onnx',
      'onnx/a_quite_long_name_of_a_model_file_that_has_no_place_to_break_at_all_dynamic_int8.onnx',
    ][i];
    const named = { ...evidence, file: { ...evidence.file, name, bytes: [45e6, 25e6, 23e6][i] } };
    return { ...named, verdict: judge(named, gatePresets.int8) };
  });
}
