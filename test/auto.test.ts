import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { calibrationTexts, verificationTexts } from '#rooms/evaluate';
import { auto } from '#rooms/methods';
import { gateError, type QuantizeOptions, quantize, type SensitivityReport } from '#rooms/pipeline';
import { embeddedModel } from './support/golden-texts.js';
import { makeTinyFolder } from './support/tiny-folder.js';

let root: string;
let common: Omit<QuantizeOptions, 'output'>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'octavec-auto-test-'));
  makeTinyFolder(join(root, 'tiny'), 'bert');
  // A temporary folder of its own: other tests put theirs into the system's meanwhile.
  mkdirSync(join(root, 'temporary'));
  vi.stubEnv('TMPDIR', join(root, 'temporary'));
  const short = (texts: readonly string[], count: number) => texts.filter(({ length }) => length < 120).slice(0, count);
  common = {
    to: ['auto'],
    texts: { texts: short(await verificationTexts(), 24), source: 'some' },
    calibration: { texts: short(await calibrationTexts(), 16), source: 'some' },
  };
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** For what is the same with a few parts: a search looks at each of them with the model. */
const fewParts = { include: ['ffn-down'] };

const reportAt = (output: string): SensitivityReport =>
  JSON.parse(readFileSync(join(output, 'onnx/model_auto.sensitivity.json'), 'utf8'));
const temporary = () => readdirSync(join(root, 'temporary'));

/** `npm run test:long` searches with the embedded model, too: ten times the work. */
const models = [
  { name: 'a tiny model', selection: { include: ['ffn-down', 'embeddings'] }, target: 0.998, bytes: 20_000 },
  ...(process.env.OCTAVEC_TEST_LONG
    ? [
        {
          name: 'the embedded model',
          path: embeddedModel,
          selection: { include: ['/encoder/layer.5/output/dense/MatMul', 'embeddings'] },
          target: 0.998,
          bytes: 200_000,
        },
      ]
    : []),
];

test.each(models)(
  'a mix of $name holds its target, and says what it is made of',
  async ({ path, ...expected }) => {
    const output = join(root, 'mixed', expected.name);
    const outcome = await quantize(path ?? join(root, 'tiny'), {
      ...common,
      output,
      selection: expected.selection,
      to: [auto({ targetCosineP1: expected.target })],
    });
    const [{ evidence, published, sensitivity }] = outcome.variants;
    expect(published).toBe(true);
    expect(evidence.verdict).toMatchObject({ gate: 'target', passed: true });
    expect(evidence.fidelity.cosine.p1).toBeGreaterThanOrEqual(expected.target);
    const report = reportAt(output);
    expect(report).toEqual(JSON.parse(JSON.stringify(sensitivity)));
    const findings = report.findings;
    expect(findings?.met).toBe(true);
    expect(new Set(findings?.parts.map(({ role }) => role))).toEqual(new Set(['ffn-down', 'embeddings']));
    // What the search took its file for is the file, but for names and nodes.
    const tried = findings?.tried.map(({ bytes }) => bytes) ?? [];
    expect(Math.min(...tried.map((bytes) => Math.abs(bytes - evidence.file.bytes)))).toBeLessThan(expected.bytes);
    const down = findings?.roles.find(({ role }) => role === 'ffn-down');
    expect(down?.distance.q4).toBeGreaterThan(0);
    const bytes = findings?.curve.map((point) => point.bytes) ?? [];
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
    const recipe = evidence.recipe as { options: { mix: Record<string, string[]> } };
    expect(Object.values(recipe.options.mix).flat()).toHaveLength(findings?.parts.length ?? 0);
  },
  600_000,
);

test('what was measured before an interrupt is used after it, and nothing temporary stays', async () => {
  const output = join(root, 'interrupted');
  // So strict that roles and layers must be looked at.
  const options = { ...common, output, selection: fewParts, to: [auto({ targetCosineP1: 0.99999 })] };
  const controller = new AbortController();
  const interrupted = quantize(join(root, 'tiny'), {
    ...options,
    signal: controller.signal,
    onProgress: ({ stage, done }) => {
      if (stage === 'Measuring layers' && done === 2) {
        controller.abort();
      }
    },
  });
  await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
  const kept = reportAt(output).measurements.length;
  expect(kept).toBeGreaterThan(2);
  expect(existsSync(join(output, 'onnx/model_auto.onnx'))).toBe(false);
  expect(temporary()).toEqual([]);

  const measuredAgain: string[] = [];
  await quantize(join(root, 'tiny'), {
    ...options,
    onProgress: ({ stage }) => measuredAgain.push(stage),
  });
  expect(measuredAgain).not.toContain('Measuring roles');
  expect(reportAt(output).measurements.length).toBeGreaterThan(kept);
}, 600_000);

test('with a calibration table alone, the search is on the texts of the table', async () => {
  const options = {
    ...{ ...common, output: join(root, 'table'), calibrationTable: join(root, 'table.safetensors'), force: true },
    selection: fewParts,
    to: [auto({ targetCosineP1: 0.99999 })],
  };
  await quantize(join(root, 'tiny'), options);
  const stages: string[] = [];
  const outcome = await quantize(join(root, 'tiny'), {
    ...options,
    calibration: undefined,
    onProgress: ({ stage }) => stages.push(stage),
  });
  // What was measured on the same texts is not measured again.
  expect(stages).not.toContain('Measuring roles');
  const { options: made } = outcome.variants[0].evidence.recipe as { options: Record<string, unknown> };
  expect(made.searchTexts).toBe(made.calibration);
}, 600_000);

test('a target that nothing holds: the nearest mix is named, and not written', async () => {
  const output = join(root, 'impossible');
  const options = { ...common, output, selection: fewParts, to: [auto({ targetCosineP1: 1 })] };
  const outcome = await quantize(join(root, 'tiny'), options);
  const [{ published, evidence, notes, sensitivity }] = outcome.variants;
  expect(published).toBe(false);
  expect(existsSync(join(output, 'onnx/model_auto.onnx'))).toBe(false);
  expect(sensitivity?.findings?.met).toBe(false);
  expect(notes.join()).toContain('no mix holds the goal');
  expect(evidence.fidelity.cosine.p1).toBeGreaterThan(0.999);
  expect(gateError(outcome)).toMatchObject({ code: 'TARGET_MISSED', exitStatus: 3 });
}, 600_000);

test('without texts there is nothing to measure with', async () => {
  const output = join(root, 'none');
  const options = { ...common, output, calibration: false } as const;
  await expect(quantize(join(root, 'tiny'), options)).rejects.toMatchObject({ code: 'USAGE' });
});
