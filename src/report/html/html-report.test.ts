import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../../test/support/evidence.js';
import { gatePresets, judge } from '../../evaluate/index.js';
import { recommend } from '../../pipeline/index.js';
import { htmlReport } from './html-report.js';

const sound = soundEvidence();
const passed = { ...sound, verdict: judge(sound, gatePresets.int8) };
const refused = {
  ...sound,
  file: { ...sound.file, name: 'onnx/model_<b>&"bad".onnx' },
  verdict: judge(sound, gatePresets.strict),
};

describe('the page', () => {
  const page = htmlReport([passed, refused], { recommendations: recommend([passed, refused]) });

  test('says the verdict first', () => {
    expect(page).toContain('<h1>1 of 2 variants pass their gates</h1>');
    expect(htmlReport([passed])).toContain('<h1>onnx/model_int8.onnx passes its gate</h1>');
    expect(htmlReport([refused])).toContain('does not pass its gate</h1>');
    expect(page.indexOf('✗ fail')).toBeLessThan(page.indexOf('<svg'));
  });

  test('shows what could not be measured', () => {
    const unusable = [{ name: 'onnx/broken.onnx', why: 'It is <no> model.' }];
    const some = htmlReport([passed, refused], { unusable });
    expect(some).toContain('<h1>1 of 3 variants pass their gates, 1 cannot run</h1>');
    expect(some).toContain('It is &lt;no&gt; model.');
    const none = htmlReport([], { unusable });
    expect(none).toContain('<h1>onnx/broken.onnx could not be measured</h1>');
    expect(none).not.toContain('<svg');
  });

  test('needs nothing from outside and runs nothing', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import|https?:/);
  });

  test('lets no text from outside become markup', () => {
    expect(page).not.toContain('<b>');
    expect(page).toContain('model_&lt;b&gt;&amp;&quot;bad&quot;');
    expect(page).toContain('a text with [1,\t2] and &quot;quotes&quot;');
  });

  test('every plot can be read aloud, and has its figures as a table', () => {
    const plots = page.match(/<svg [^>]*>/g) ?? [];
    expect(plots.length).toBe(1 + 3 * 2);
    for (const plot of plots) {
      expect(plot).toMatch(/role="img" aria-label="[^"]{30,}"/);
    }
    expect(page.match(/<details><summary>Figures/g)?.length).toBe(3 * 2);
    expect(page.match(/<h1/g)?.length).toBe(1);
    expect(page).toContain('<html lang="en">');
  });

  test('tags are closed as they were opened', () => {
    const open: string[] = [];
    const single = /^(meta|br|line|circle|rect)$/;
    for (const [, slash, name, end] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (slash === '/') {
        expect(open.pop()).toBe(name);
      } else if (end !== '/' && !single.test(name)) {
        open.push(name);
      }
    }
    expect(open).toEqual([]);
  });

  test('no picture has a place that is no number', () => {
    const nan = Number.NaN;
    const broken = soundEvidence({
      cosine: { mean: nan, p50: nan, p1: nan, min: nan },
      samples: { cosines: [nan, nan], similarities: [[0.1, nan]] },
    });
    const tasks = sound.tasks?.map((task) => ({ ...task, difference: nan, interval: [nan, nan] as const }));
    const page = htmlReport([{ ...broken, tasks, verdict: judge(broken, gatePresets.int8) }]);
    expect(page).not.toMatch(/(?:[xyr]|c[xy]|width|height)[12]?="(?:NaN|-?Infinity|undefined)"/);
    expect(page).toContain('does not pass its gate');
  });

  test('shows the sensitivity of roles where it is known', () => {
    const sensitivities = {
      'onnx/model_auto.onnx': {
        roles: [{ role: 'ffn-down', parts: 6, parameters: 3_538_944, distance: { q4: 0.004, int8: 0 } }],
        parts: [
          {
            id: 'layer.0.weight',
            role: 'ffn-down',
            parameters: 589_824,
            distance: { q4: 0.001 },
            measured: ['q4' as const],
            chosen: 'int8' as const,
          },
        ],
      },
    };
    const page = htmlReport([passed], { sensitivities });
    expect(page).toContain('as 1 − mean cosine: ffn-down q4 0.0040, int8 1.0e-7');
    expect(page).toMatch(/layer\.0\.weight.*q4 0\.0010/);
    expect(page).not.toMatch(/c[xy]="NaN"/);
    expect(htmlReport([passed])).not.toContain('Sensitivity</h2>');
  });

  test('without tasks and speeds their parts are missing', () => {
    const { tasks: _, run: __, originalRun: ___, ...bare } = passed;
    expect(htmlReport([bare])).not.toContain('<h2>Tasks</h2>');
  });
});
