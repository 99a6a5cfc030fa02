import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets, judge } from '../evaluate/index.js';
import { formatComparison } from './comparison-text.js';
import { formatEvaluation, signed } from './evaluation-text.js';
import { junitXml } from './junit.js';
import { markdownSection } from './markdown.js';
import { plainStyle } from './style.js';

const sound = soundEvidence();
const passed = { ...sound, verdict: judge(sound, gatePresets.int8) };
const refused = {
  ...sound,
  file: { ...sound.file, name: 'a|b<c>.onnx' },
  verdict: judge(sound, gatePresets.strict),
};

describe('JUnit XML', () => {
  const xml = junitXml([passed, refused]);

  test('counts and names the failures', () => {
    expect(xml).toContain('<testsuites name="octavec" tests="2" failures="1" errors="0">');
    expect(xml).toContain('name="onnx/model_int8.onnx passes the gate int8"/>');
    expect(xml).toContain('<failure type="cosineMean" message="cosine mean is 0.9926, the limit is at least 0.9995"/>');
  });

  test('what could not be measured is an error', () => {
    const broken = junitXml([passed], [{ name: 'broken.onnx', why: 'It is "no" model.' }]);
    expect(broken).toContain('<testsuites name="octavec" tests="2" failures="0" errors="1">');
    expect(broken).toContain('<testsuite name="broken.onnx" tests="1" failures="0" errors="1" skipped="0">');
    expect(broken).toContain('<error message="It is &quot;no&quot; model."/>');
  });

  test('what is not decided is output, no failure', () => {
    expect(xml).toMatch(
      /<system-out>loss of Spearman in similarity tasks .* within noise, the limit is at most 0\.001\n</,
    );
  });

  test('escapes names', () => {
    expect(xml).toContain('name="a|b&lt;c&gt;.onnx"');
    expect(junitXml([{ ...passed, file: { ...passed.file, name: 'x\u0000\u001b&' } }])).toContain('name="x&amp;"');
  });
});

describe('the section for a model card', () => {
  const section = markdownSection([passed, refused]);

  test('has as many cells in each line as the table has headings', () => {
    for (const table of section.split('\n\n').filter((part) => part.startsWith('|'))) {
      const widths = table
        .trim()
        .split('\n')
        .map((line) => line.split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test('names what could not be measured, also where nothing could', () => {
    const unusable = [{ name: 'a`b.onnx', why: 'It does not load.' }];
    expect(markdownSection([passed], unusable)).toMatch(/\n- `a b\.onnx`: It does not load\.\n$/);
    expect(markdownSection([], unusable)).toMatch(/^## Quantized variants\n\nNot measured:\n\n- `a b/);
  });

  test('shows figures, verdicts, tasks and what the files are', () => {
    expect(section).toContain(
      '| `onnx/model_int8.onnx` | 23.0 MB | 3.9× | 0.9926 | 0.9792 | 0.9669 | 0.9910 | 0.911 | 300 | pass (int8) |',
    );
    expect(section).toContain('**fail** (strict)');
    expect(section).toContain('| toy retrieval | ndcg@10 | 0.8029 | 0.7951 | −0.0078 (−0.0131 … −0.0024) | a loss |');
    expect(section).toContain(`SHA-256 \`${'b'.repeat(64)}\`; recipe \`{"method":"dynamic"`);
  });
});

test('the comparison shows failures, tasks, what could not be run, and which to take', () => {
  const text = formatComparison(
    {
      evidences: [passed, refused],
      alternatives: [],
      unusable: [{ name: 'broken.onnx', why: 'It does not load.' }],
      recommendations: [{ use: 'smallest', variant: 'onnx/model_int8.onnx', reason: 'it is' }],
      sensitivities: {},
    },
    plainStyle,
  );
  expect(text).toContain('✗ broken.onnx: It does not load.\n');
  expect(text).toContain('✗ a|b<c>.onnx: cosine mean is 0.9926');
  expect(text).toContain('toy sts');
  expect(text).toContain('  smallest: onnx/model_int8.onnx (it is)\n');
});

test('an evaluation shows deviations, or differences with their intervals', () => {
  const result = {
    task: 'banking77-mini',
    kind: 'classification',
    mainMetric: 'accuracy',
    metrics: { accuracy: 0.8075 },
    deviations: { accuracy: 0.0075 },
    samples: { kind: 'items', values: {} },
  } as const;
  const alone = formatEvaluation({ model: sound.file, results: [result] }, plainStyle);
  expect(alone).toContain('banking77-mini  accuracy  0.8075    ±0.0075\n');
  const compared = formatEvaluation({ model: sound.file, results: [result], comparisons: sound.tasks }, plainStyle);
  expect(compared).toMatch(
    /toy retrieval {2,}ndcg@10 {2,}0\.8029 {2,}0\.7951 {2,}−0\.0078 {2,}−0\.0131 … −0\.0024 {2,}a loss/,
  );
});

test.each([
  [0.0031, '+0.0031'],
  [-0.0031, '−0.0031'],
  [-0.00001, '0.0000'],
  [0, '0.0000'],
])('the difference %d', (value, text) => expect(signed(value)).toBe(text));
