import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets, judge } from '../evaluate/index.js';
import { recommend } from '../pipeline/index.js';
import { htmlReport } from './html-report.js';

const sound = soundEvidence();
const passed = { ...sound, verdict: judge(sound, gatePresets.int8) };
const refused = {
  ...sound,
  file: { ...sound.file, name: 'onnx/model_<i>&"bad".onnx' },
  verdict: judge(sound, gatePresets.strict),
};

describe('the page', () => {
  const page = htmlReport([passed, refused], { recommendations: recommend([passed, refused]) });

  test('begins with what was won and lost', () => {
    const sentence =
      'model_int8 is 74 % smaller than the original and 2.6 times as fast; 91 of 100 search results stay the same.';
    expect(page).toContain(`<h1>${sentence}</h1>`);
    expect(page).toContain('✓ 1 of 2 variants pass');
    expect(htmlReport([passed])).toContain(`<h1>${sentence}</h1>`);
    expect(htmlReport([refused])).toContain(' does not pass the quality gate &quot;strict&quot;.</h1>');
  });

  test('a variant that is alone is not recommended for everything, and stands beside its original', () => {
    const alone = htmlReport([passed], { recommendations: recommend([passed]) });
    expect(alone).not.toContain('Which one to take');
    expect(alone).toMatch(
      /aria-label="Size and quality: original, FP32 90\.0 MB, 100 % .*; model_int8 23\.0 MB, 91\.1 %/,
    );
    expect(page).toContain('Which one to take');
  });

  test('a variant has a card with its reasons', () => {
    const cards = page.match(/<article class="card.*?<\/article>/gs) ?? [];
    expect(cards).toHaveLength(2);
    expect(cards[1]).toContain('✗ fail');
    expect(cards[1]).toContain('<li>cosine mean is 0.9926, the limit is at least 0.9995</li>');
    expect(cards[0]).toMatch(/Size<\/span><b>23\.0 MB<\/b>.*original 90\.0 MB<\/span><span class="change">74 % less/s);
    expect(cards[0]).toMatch(/300 texts\/s.*2\.6×/s);
    expect(cards[0]).toMatch(/toy retrieval.*0\.8029 → <b>0\.7951<\/b> <span class="finding bad">a loss/s);
  });

  test('shows what could not be measured', () => {
    const unusable = [{ name: 'onnx/broken.onnx', why: 'It is <no> model.' }];
    const some = htmlReport([passed, refused], { unusable });
    expect(some).toContain('1 of 3 variants pass, 1 cannot run');
    expect(some).toContain('It is &lt;no&gt; model.');
    const none = htmlReport([], { unusable });
    expect(none).toContain('<h1>onnx/broken.onnx could not be measured.</h1>');
    expect(none).not.toContain('<svg');
  });

  test('needs nothing from outside and runs nothing', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import|https?:/);
  });

  test('lets no text from outside become markup', () => {
    expect(page).not.toContain('<i>');
    expect(page).toContain('model_&lt;i&gt;&amp;&quot;bad&quot;');
    expect(page).toContain('a text with [1,\t2] and &quot;quotes&quot;');
  });

  test('every plot can be read aloud, and has its figures as a table', () => {
    const plots = page.match(/<svg [^>]*>/g) ?? [];
    // The trade-off is there for a page and for a phone; each variant has a ring, a histogram, a scatter and its tasks.
    expect(plots.length).toBe(2 + 4 * 2);
    for (const plot of plots) {
      expect(plot).toMatch(/role="img" aria-label="[^"]{30,}"/);
    }
    expect(page.match(/<details><summary>(All figures|Figures)/g)?.length).toBe(2 * 2);
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
      neighbours: { ...sound.fidelity.neighbours, topKOverlap: nan },
      cosine: { mean: nan, p50: nan, p1: nan, min: nan },
      samples: { cosines: [nan, nan], similarities: [[0.1, nan]] },
    });
    const tasks = sound.tasks?.map((task) => ({ ...task, difference: nan, interval: [nan, nan] as const }));
    const page = htmlReport([{ ...broken, tasks, verdict: judge(broken, gatePresets.int8) }]);
    expect(page.match(/no finite vectors/g)?.length).toBe(2);
    expect(page).not.toMatch(/(?:[xyr]|c[xy]|width|height)[12]?="(?:NaN|-?Infinity|undefined)"/);
    expect(page).not.toMatch(/style="[^"]*(?:NaN|Infinity|undefined)/);
    expect(page).toContain('does not pass the quality gate');
    const two = htmlReport([passed, { ...broken, file: { ...broken.file, name: 'broken.onnx' } }]);
    expect(two).toContain('Not shown, because their vectors are not finite: broken.');
  });

  test('verdicts and main figures of tasks stand side by side', () => {
    const table = page.slice(page.indexOf('<h2>Side by side'), page.indexOf('<h2>Tasks'));
    expect(table).toMatch(/verdict<.*>verdict<.*toy sts, spearman<.*toy retrieval, ndcg@10</);
    expect(table).not.toContain('recall@10');
    expect(table).toMatch(/✓ pass.*✗ fail.*>original<.*0\.8203.*0\.8029.*✓ pass.*0\.8190.*0\.7951.*✗ fail/s);
  });

  test('a refused variant neither sets the scale of the others nor stands on the front', () => {
    const cosines = [0.2, ...Array.from({ length: 99 }, (_, i) => 0.9 + i / 1000)];
    const ruined = soundEvidence(
      {
        samples: { ...sound.fidelity.samples, cosines },
        neighbours: { ...sound.fidelity.neighbours, topKOverlap: 0.3 },
        cosine: { mean: 0.999, p50: 0.9, p1: 0.3, min: 0.2 },
      },
      { file: { ...sound.file, name: 'ruined.onnx', bytes: 1e6 } },
    );
    const page = htmlReport([passed, { ...ruined, verdict: judge(ruined, gatePresets.int8) }]);
    expect(page).toContain('← 660 of 1,000 texts lie lower');
    expect(page.match(/class="mark front"/g)?.length).toBe(2);
    expect(page.match(/class="mark bad"[^>]*fill-opacity/g)?.length).toBe(2);
    expect(page).toContain('ruined ↓ 30 %');
  });

  test('shows the sensitivity of layers', () => {
    const part = (role: string, layer: number, loss: number) => ({
      ...{ id: `layer.${layer}.${role}`, role, parameters: 100, distance: { int8: loss } },
      ...{ measured: layer === 0 ? ['int8' as const] : [], chosen: 'q8' as const },
    });
    const parts = [0, 1, 2].flatMap((layer) => [part('v', layer, 0.00012), part('ffn-up', layer, 0.002)]);
    const sensitivities = { 'm.onnx': { roles: [], parts: [...parts, part('embeddings', 0, 0.1)] } };
    const page = htmlReport([passed], { sensitivities });
    expect(page).toMatch(/<th scope="row">1<\/th><td style="--strength: 0\.00">1\.2 <small>q8<\/small><\/td>/);
    expect(page).toMatch(/<th scope="row">3<\/th>.*≈20 <small>q8/);
    expect(page.match(/class="heat".*?<\/table>/s)?.[0]).not.toContain('embeddings');
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
