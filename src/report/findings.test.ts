import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets, judge } from '../evaluate/index.js';
import type { QuantizeOutcome } from '../pipeline/index.js';
import { formatEvidence } from './evidence-text.js';
import { formatInspection } from './inspection-text.js';
import { formatQuantizeOutcome } from './quantize-outcome.js';
import { plainStyle } from './style.js';
import { variantRows } from './variant-table.js';

const sound = soundEvidence();
const passed = { ...sound, verdict: judge(sound, gatePresets.int8) };
const refused = { ...sound, verdict: judge(sound, gatePresets.strict) };

describe('evidence', () => {
  test('a sound candidate: table, conditions, tasks and verdict', () => {
    expect(formatEvidence(passed, plainStyle)).toBe(
      [
        'variant             size  FP32 ÷ size  cos mean      p1     min     L2  Spearman  top-10  texts/s  peak RSS  verdict',
        'original (fp32)  90.0 MB         1.0×         –       –       –      –         –       –      115    500 MB        –',
        'model_int8       23.0 MB         3.9×    0.9926  0.9792  0.9669  0.120    0.9910   0.911      300    270 MB     pass',
        '',
        'Measured on 1,000 texts (made up); onnxruntime 1.30.0, 1 worker with 2 threads.',
        '',
        'task               metric  original  candidate  difference               95 %       finding',
        'toy sts          spearman    0.8203     0.8190     −0.0013  −0.0030 … +0.0010  within noise',
        'toy retrieval     ndcg@10    0.8029     0.7951     −0.0078  −0.0131 … −0.0024        a loss',
        'toy retrieval   recall@10    0.8920     0.8900     −0.0020  −0.0080 … +0.0050  within noise',
        'toy retrieval  recall@100    0.9900     0.9900      0.0000    0.0000 … 0.0000  within noise',
        'toy retrieval      mrr@10    0.7819     0.7810     −0.0009  −0.0040 … +0.0030  within noise',
        '',
        'pass (gate int8)',
        '',
        "Changed most (cosine to the original's vector, nearest other text)",
        '  0.9669  a text with [1,\\u00092] and "quotes"',
        '          nearest before 0.800  near',
        '          nearest after 0.790  text 4',
        '',
      ].join('\n'),
    );
  });

  test('a refused one: every failure, and the texts that changed most, safe to show', () => {
    const text = formatEvidence(refused, plainStyle);
    expect(text).toContain('FAIL (gate strict)\n  ✗ cosine mean is 0.9926, the limit is at least 0.9995\n');
    expect(text.match(/✗/g)).toHaveLength(5);
    expect(text).toMatch(
      /\n {2}\? loss of Spearman in similarity tasks is 0\.0013 .* within noise, the limit is at most 0\.001\n/,
    );
    expect(text).toContain('  0.9669  a text with [1,\\u00092] and "quotes"\n');
  });

  test('a candidate that reads less than its original: both limits, as what is likely to blame', () => {
    const texts = {
      ...sound.texts,
      ...{ maxTokens: 64, truncated: 700, original: { maxTokens: 256, truncated: 12 } },
    };
    const reading =
      'onnx/model_int8.onnx reads 64 tokens of a text (700 of 1,000 texts cut), the original 256 (12 of 1,000 texts cut).';
    const text = formatEvidence({ ...refused, texts }, plainStyle);
    expect(text).toContain(`Measured on 1,000 texts (made up), 12 of them cut to 256 tokens; onnxruntime 1.30.0, `);
    expect(text).toContain(`threads. ${reading}\n`);
    expect(text).toContain(`\n  Likely reason: ${reading}\n`);
    expect(formatEvidence({ ...passed, texts }, plainStyle)).not.toContain('Likely reason');
  });

  test('variants of one name are told apart by their folders', () => {
    const named = (name: string) => ({ ...passed, file: { ...passed.file, name } });
    const names = variantRows(['a/onnx/model.onnx', 'b/onnx/model.onnx (native)', 'q8.onnx'].map(named)).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['original (fp32)', 'model', 'model (native)', 'q8']);
    expect(variantRows(['a/onnx/m.onnx', 'b/onnx/m.onnx'].map(named))[2].name).toBe('b/onnx/m');
  });

  test('columns that nobody measured are left out', () => {
    const { run: _, originalRun: __, ...unmeasured } = passed;
    expect(formatEvidence(unmeasured, plainStyle)).not.toMatch(/texts\/s|peak RSS/);
  });
});

test('the outcome of the main job says what was written, what not, and what to try next', () => {
  const variant = { method: 'int8', path: '/tmp/my models/model_int8.onnx', notes: ['a note'], seconds: 2 } as const;
  const outcome: QuantizeOutcome = {
    original: sound.original,
    originalPath: '/tmp/my models',
    seconds: 61,
    variants: [
      { ...variant, published: true, evidence: passed },
      { ...variant, published: false, evidence: refused },
    ],
    failures: [{ method: 'auto', path: '/tmp/my models/model_auto.onnx', error: new Error('The disk is full.') }],
  };
  const text = formatQuantizeOutcome(outcome, plainStyle);
  expect(text).toContain('int8: /tmp/my models/model_int8.onnx\n  input           /tmp/my models\n');
  expect(text).toContain('  reduction       74.4 %\n  saved           67.0 MB\n');
  expect(text).toContain('  time            2.0 s to quantize, 61.0 s in all\n  note: a note\npass (gate int8)\n');
  expect(text).toContain('int8: not written (`force` writes what the gate refuses)\n');
  expect(text).toContain('\n✗ auto failed: The disk is full.\n');
  expect(text).toContain('npx octavec embed \'/tmp/my models/model_int8.onnx\' "hello world"\n');
  const none = formatQuantizeOutcome({ ...outcome, variants: outcome.variants.slice(1) }, plainStyle);
  expect(none).not.toContain('Next:');
});

test('an inspection shows the file in short lines', () => {
  const inspection = {
    path: 'model.onnx',
    producer: 'pytorch 2.1',
    irVersion: 8,
    opsets: { 'ai.onnx': 14 },
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 128] }],
    outputs: [{ name: 'evil\u001b[2J', type: 'float', shape: ['?'] }],
    nodes: 20,
    operators: Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`Op${i}`, 1])),
    parameters: 22_713_216,
    weightBytes: 90_852_864,
    bytesByType: { float: 90_852_864 },
    externalDataBytes: 0,
    quantizedOperators: [],
    linearLayers: 36,
    embeddingTables: 3,
    left: [],
    estimates: { fp32: 90_852_864, fp16: 45_426_432, int8: 22_900_000 },
  };
  const text = formatInspection(inspection, plainStyle);
  expect(text).toContain('inputs      input_ids int64 [batch, 128]\n');
  expect(text).toContain('evil\\u001b[2J');
  expect(text).toContain('and 2 more kinds\n');
  expect(text).toContain('weights would take fp32 90.9 MB, fp16 45.4 MB, int8 22.9 MB\n');
  const quantized = formatInspection({ ...inspection, estimates: undefined, quantizedOperators: ['MatMulInteger'] });
  expect(quantized).toContain('already (MatMulInteger)');
});
