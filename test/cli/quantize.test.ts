import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, inject, test } from 'vitest';
import { readEvidence } from '../../src/evaluate/index.js';
import { embeddedModel, goldenTexts } from '../support/golden-texts.js';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { filesIn, octavec, temporaryFolder } from './octavec.js';

const variants = inject('variants');
const variant = (name: string) => join(variants, 'onnx', `model_${name}.onnx`);

/** Mean over the tokens of the first golden text, by ONNX Runtime alone. */
async function embedWithoutOctavec(path: string): Promise<Float32Array> {
  const session = await InferenceSession.create(path);
  const [{ ids }] = goldenTexts;
  const tensor = (values: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
  const outputs = await session.run({
    input_ids: tensor(ids),
    attention_mask: tensor(ids.map(() => 1)),
    token_type_ids: tensor(ids.map(() => 0)),
  });
  const states = outputs[session.outputNames[0]].data as Float32Array;
  const vector = new Float32Array(384).map((_, i) => ids.reduce((sum, _, token) => sum + states[token * 384 + i], 0));
  await session.release();
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

describe('octavec quantize', () => {
  test.each([
    ['int8', 0.98, 23.4e6],
    ['fp16', 0.9999, 45.7e6],
  ])('writes a %s file that ONNX Runtime runs without octavec', async (name, leastCosine, mostBytes) => {
    const vector = await embedWithoutOctavec(variant(name));
    const cosine = vector.reduce((sum, value, i) => sum + value * goldenTexts[0].embedding[i], 0);
    expect(cosine).toBeGreaterThan(leastCosine);
    expect(statSync(variant(name)).size).toBeLessThan(mostBytes);
  });

  test('makes a complete model folder, and leaves nothing else behind', () => {
    expect(filesIn(variants)).toEqual(
      [
        ...filesIn(embeddedModel).filter((file) => file !== 'package.json' && !file.endsWith('.onnx')),
        ...['int8', 'fp16'].flatMap((name) => [`onnx/model_${name}.onnx`, `onnx/model_${name}.evidence.json`]),
      ].sort(),
    );
  });

  test('puts beside each variant what was measured, of this file and of this original', async () => {
    for (const precision of ['int8', 'fp16']) {
      const evidence = await readEvidence(join(variants, 'onnx', `model_${precision}.evidence.json`));
      const sha256 = createHash('sha256')
        .update(readFileSync(variant(precision)))
        .digest('hex');
      expect(evidence).toMatchObject({
        file: { name: `onnx/model_${precision}.onnx`, precision, sha256, bytes: statSync(variant(precision)).size },
        original: { name: 'onnx/model_fp16.onnx', precision: 'fp16' },
        recipe: { method: precision },
        texts: { count: 24 },
        verdict: { passed: true, gate: precision },
        run: { textsPerSecond: expect.any(Number), peakBytes: expect.any(Number) },
      });
    }
  });

  test('prints a table, verdicts, and what to try next', () => {
    const printed = inject('printed');
    const lines = printed.split('\n');
    const columns = ['variant', 'size', 'cos mean', 'p1', 'min', 'L2', 'Spearman', 'texts/s', 'peak RSS', 'verdict'];
    expect(columns.filter((column) => !lines[0].includes(column))).toEqual([]);
    expect(lines[1]).toMatch(/^original \(fp16\) +45\.6 MB/);
    expect(lines[2]).toMatch(/^\S*int8 +23\.\d MB +3\.9× +0\.99\d\d .* pass$/);
    expect(lines[3]).toMatch(/^\S*fp16 +45\.\d MB +2\.0× +1\.0000 .* pass$/);
    expect(printed).toMatch(/\nNext:\n {2}npx octavec embed /);
    // Neither colours nor a progress bar where no terminal is.
    expect(printed).not.toContain('\x1b');
  });

  test.each([
    ['a tiny model', join(inject('tiny'), 'onnx/model.onnx'), inject('tinyVariants')],
    ...(process.env.OCTAVEC_TEST_LONG
      ? [['the embedded one', join(embeddedModel, 'onnx/model_fp16.onnx'), variants]]
      : []),
  ])('makes the same bytes from %s', async (_, source, made) => {
    const folder = temporaryFolder();
    const again = join(folder, 'again.onnx');
    const { status, stdout } = await octavec([
      ...['quantize', source, again],
      ...['--to', 'int8', '--texts', inject('texts'), '--threads', '1', '--json'],
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).variants).toMatchObject([{ method: 'int8', published: true, path: again }]);
    expect(readFileSync(again).equals(readFileSync(join(made, 'onnx/model_int8.onnx')))).toBe(true);
    expect(filesIn(folder)).toEqual(['again.evidence.json', 'again.onnx']);
  });

  test('writes nothing that the gate refuses, unless it is forced to', async () => {
    const folder = temporaryFolder();
    const args = [
      ...['quantize', inject('tiny'), join(folder, 'out')],
      ...['--to', 'int8', '--no-calibration', '--texts', inject('texts'), '--limit', 'cosineMean=0.9999999'],
    ];
    const refused = await octavec(args);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(
      /^error: The quality gate refused .*cosine mean is [\d.]+, the limit is at least 0\.9999999/,
    );
    expect(refused.stdout).toContain('not written (--force writes what the gate refuses)');
    expect(filesIn(folder)).toEqual([]);
    const forced = await octavec([...args, '--force']);
    expect(forced.status).toBe(0);
    expect(forced.stdout).toContain('FAIL');
    expect(filesIn(join(folder, 'out/onnx'))).toEqual(['model_int8.evidence.json', 'model_int8.onnx']);
  });

  test('below a size, writes the best that fits, and says why; where nothing fits, how small it gets', async () => {
    const cwd = temporaryFolder();
    makeTinyFolder(join(cwd, 'tiny'), 'bert');
    const run = (...args: string[]) =>
      octavec(['quantize', './tiny', ...args, '--texts', inject('texts'), '--limit', 'cosineP1=0.5'], { cwd });
    const full = statSync(join(cwd, 'tiny/onnx/model.onnx')).size;
    const limit = String(Math.floor(0.45 * full));
    const smaller = await run('--to', 'int8,fp16', '--no-calibration', '--max-size', limit);
    expect([smaller.status, smaller.stderr]).toEqual([0, '']);
    expect(smaller.stdout).toMatch(/\nChosen below .* int8 \(.*, the only one that fits; fp16 has .*, too much\.\n/);
    const files = filesIn(join(cwd, 'tiny/onnx'));
    expect(files).toEqual(['model.onnx', 'model_int8.evidence.json', 'model_int8.onnx']);

    const none = await run('--to', 'fp16', '--max-size', '1kB');
    expect(none.status).toBe(3);
    expect(none.stderr).toMatch(/has 1\.00 kB or less: the smallest is fp16 with .* add --to q4,int8, or allow more/);
  });
});
