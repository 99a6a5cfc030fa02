import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { errorOf, octavec, temporaryFolder } from './octavec.js';

const int8 = join(inject('tinyVariants'), 'onnx/model_int8.onnx');

/** `octavec verify` in a folder of its own with a configuration. */
async function verify(toml: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'octavec.toml'), toml);
  const args = ['verify', int8, '--against', inject('tiny'), '--texts', inject('texts'), '--json', ...options];
  const outcome = await octavec(args, { cwd, env });
  return { ...outcome, verdict: () => JSON.parse(outcome.stdout).verdict };
}

interface Verdict {
  readonly failures: readonly { readonly metric: string; readonly limit: number }[];
}

/** What failed with its limit, whether on one engine or on both that a file is proven on. */
function failuresOf({ failures }: Verdict): [string, number][] {
  return [...new Map(failures.map(({ metric, limit }) => [metric, limit]))];
}

describe('octavec.toml', () => {
  test('sets the gate and its thresholds', async () => {
    const refused = await verify('gate = "house"\n[gates.house]\nlike = "int8"\ncosineMean = 0.9999999\n');
    expect(refused.status).toBe(3);
    expect(refused.verdict()).toMatchObject({ gate: 'house' });
    expect(failuresOf(refused.verdict())).toEqual([['cosineMean', 0.9999999]]);
    const passed = await verify('[gates.int8]\ncosineMean = 0.5\n[limits]\nstsLoss = 0.01\n');
    expect(passed.status).toBe(0);
    expect(passed.verdict()).toMatchObject({ gate: 'int8 with own limits', passed: true });
    expect(passed.verdict().notMeasured).toContain('stsLoss');
  });

  test('gives way to the environment, and both to options', async () => {
    const strict = 'gate = "strict"\n';
    expect((await verify(strict, [], { OCTAVEC_GATE: 'int8' })).verdict()).toMatchObject({ gate: 'int8' });
    const both = await verify(strict, ['--gate', 'int4'], { OCTAVEC_GATE: 'int8' });
    expect(both.verdict()).toMatchObject({ gate: 'int4', passed: true });
    const limited = await verify('[limits]\ncosineP1 = 0.5\n', ['--limit', 'cosineP1=0.9999999']);
    expect(failuresOf(limited.verdict())).toEqual([['cosineP1', 0.9999999]]);
  });

  test('is told where it is wrong', async () => {
    const outcome = await verify('[limits]\ncosin_p1 = 0.9\n');
    expect(outcome.status).toBe(2);
    expect(errorOf(outcome)).toEqual({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining(
        'octavec.toml cannot be used: line 2: there is no key "limits.cosin_p1"; the nearest is "limits.cosineP1". ',
      ),
    });
  });

  test('--config names another file, which must be there', async () => {
    const other = join(temporaryFolder(), 'ci.toml');
    writeFileSync(other, 'gate = "int4"\n');
    expect((await verify('gate = "strict"', ['--config', other])).verdict()).toMatchObject({ gate: 'int4' });
    const missing = await verify('', ['--config', 'no.toml']);
    expect(errorOf(missing)).toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining('no.toml') });
  });

  test('says what quantize makes', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'octavec.toml'), 'to = ["int8", "int9"]\n');
    const outcome = await octavec(['quantize', inject('tiny'), 'out'], { cwd });
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toContain('"to.1": ');
  });
});

test('quantize-all heeds texts, calibration and what to make; calibration is no matter to fp16', async () => {
  const cwd = temporaryFolder();
  makeTinyFolder(join(cwd, 'models/bert'), 'bert');
  const texts = Array.from({ length: 12 }, (_, i) => `text ${i} of ${'a few words '.repeat(1 + (i % 4))}`);
  writeFileSync(join(cwd, 'mine.txt'), texts.join('\n'));
  const configuration = 'to = ["fp16"]\ntexts = "mine.txt"\ncalibration = "mine.txt"\n[limits]\ntopKOverlap = 0.1\n';
  writeFileSync(join(cwd, 'octavec.toml'), configuration);
  const { status, stdout } = await octavec(['quantize-all', 'models', '--exclude', 'ffn-down', '--json'], { cwd });
  expect(status).toBe(0);
  const recipe = { options: { exclude: ['ffn-down'], optimize: true, weightsOnly: false } };
  expect(JSON.parse(stdout).items).toMatchObject([
    { method: 'fp16', status: 'made', evidence: { recipe, texts: { count: 12, source: join(cwd, 'mine.txt') } } },
  ]);
});

test('a limit on the speed-up is measured', async () => {
  const { status, verdict } = await verify('', ['--limit', 'speedUp=1000']);
  expect(status).toBe(3);
  expect(verdict().failures).toMatchObject([{ metric: 'speedUp', message: expect.stringMatching(/is \d+\.\d+, the/) }]);
});

test('engines side by side: each candidate is named with its engine', async () => {
  const args = ['compare', inject('tiny'), '--texts', inject('texts'), '--no-bench', '--json'];
  const { status, stdout } = await octavec([...args, int8, '--engine', 'onnxruntime,auto']);
  expect(status).toBe(0);
  const { evidences } = JSON.parse(stdout);
  const engines = evidences.map(({ engine }: { engine: { name: string } }) => engine.name);
  // Where the native engine is not built or does not know the file, auto is ONNX Runtime again, and is not shown twice.
  expect(new Set(engines).size).toBe(engines.length);
  expect(engines).toContain('onnxruntime');
  for (const { file, engine } of evidences) {
    expect(file.name.endsWith('(native)')).toBe(engine.name === 'native');
  }
});
