import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import type { Evidence } from '../../src/evaluate/index.js';
import { randomNumbers } from '../../src/numbers/index.js';
import { readModel } from '../../src/onnx/index.js';
import { embeddedModel } from '../support/golden-texts.js';
import { octavec, temporaryFolder } from './octavec.js';

const variant = (name: string) => join(inject('variants'), 'onnx', `model_${name}.onnx`);

const verify = (candidate: string, ...options: readonly string[]) =>
  octavec(['verify', candidate, '--against', embeddedModel, '--texts', inject('texts'), ...options]);

const tinyVariant = (name: string) => join(inject('tinyVariants'), 'onnx', `model_${name}.onnx`);

/** The same with a tiny model: where figures of a trained one do not matter. */
const verifyTiny = (candidate: string, ...options: readonly string[]) =>
  octavec(['verify', candidate, '--against', inject('tiny'), '--texts', inject('texts'), ...options]);

/** Verifies a candidate that is broken; the gate must see it. */
async function refused(candidate: string, run = verifyTiny): Promise<Evidence> {
  const { status, stdout, stderr } = await run(candidate, '--json');
  expect(status).toBe(3);
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'GATE_REFUSED' });
  const evidence: Evidence = JSON.parse(stdout);
  expect(evidence.verdict?.passed).toBe(false);
  return evidence;
}

/** The tiny model with one file of its configuration written anew. */
function folderWith(name: string, content: (old: string) => unknown): string {
  const folder = temporaryFolder();
  cpSync(inject('tiny'), folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(content(readFileSync(join(folder, name), 'utf8'))));
  return folder;
}

/** A copy of a variant with another table of words: the largest of its weights. */
async function damaged(source: string, change: (table: Uint8Array) => void): Promise<string> {
  const { proto } = await readModel(source);
  const [table] = proto.graph.initializer
    .map(({ rawData }) => rawData ?? new Uint8Array())
    .sort((a, b) => b.length - a.length);
  // Weights are views of the file.
  change(table);
  const path = join(temporaryFolder(), 'damaged.onnx');
  writeFileSync(path, new Uint8Array(table.buffer));
  return path;
}

describe('octavec verify', () => {
  test('lets a sound variant pass, and shows by how much', async () => {
    const { status, stdout, stderr } = await verify(variant('int8'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/cos mean[\s\S]*\n\S*int8 +23\.\d MB.* pass\n[\s\S]*\npass \(gate int8\)/);
  });

  test('gives its evidence as JSON, with the gate of the candidate itself', async () => {
    const { status, stdout } = await verifyTiny(tinyVariant('fp16'), '--json');
    expect(status).toBe(0);
    const evidence: Evidence = JSON.parse(stdout);
    expect(evidence).toMatchObject({ file: { precision: 'fp16' }, verdict: { gate: 'fp16', passed: true } });
    expect(evidence.fidelity.cosine.min).toBeGreaterThan(0.99999);
  });

  test('says which limits a variant misses', async () => {
    const page = join(temporaryFolder(), 'report.html');
    const { status, stdout, stderr } = await verify(variant('int8'), '--gate', 'strict', '--html', page);
    expect(status).toBe(3);
    expect(readFileSync(page, 'utf8')).toContain(
      '<h1>model_int8 does not pass the quality gate &quot;strict&quot;.</h1>',
    );
    expect(stdout).toMatch(/FAIL \(gate strict\)\n {2}✗ cosine mean is 0\.99\d+, the limit is at least 0\.9995\n/);
    expect(stdout).toContain('Changed most');
    expect(stderr).toMatch(/^error: The quality gate refused .*: cosine mean is/);
  });

  test('finds out first whether its reports can be written', async () => {
    const { status, stdout, stderr } = await verifyTiny(tinyVariant('int8'), '--junit', temporaryFolder(), '--json');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(JSON.parse(stderr).error.code).toBe('OUTPUT_NOT_WRITABLE');
  });

  test('a run that fails leaves reports that say so, in the place of older ones', async () => {
    const folder = temporaryFolder();
    const [broken, junit] = ['broken.onnx', 'gate.xml'].map((name) => join(folder, name));
    writeFileSync(broken, 'no model');
    writeFileSync(junit, '<testsuites tests="1" failures="0"/>');
    expect((await verifyTiny(broken, '--junit', junit)).status).toBe(1);
    expect(readFileSync(junit, 'utf8')).toMatch(/failures="0" errors="1"[\s\S]*<error message=".*not an ONNX model/);
  });

  test('takes what a lone file lacks from the original', async () => {
    const lone = join(temporaryFolder(), 'lone.onnx');
    symlinkSync(tinyVariant('int8'), lone);
    expect(await verifyTiny(lone)).toMatchObject({ status: 0 });
  });
});

describe('octavec verify refuses', () => {
  test('damaged weights', async () => {
    const next = randomNumbers(1);
    const path = await damaged(variant('int8'), (table) => {
      for (let i = 0; i < table.length; i += 2) {
        table[i] = 256 * next();
      }
    });
    expect((await refused(path, verify)).fidelity.cosine.mean).toBeLessThan(0.97);
  });

  test('weights that are not numbers', async () => {
    // 0xffff is a NaN in half precision.
    const path = await damaged(tinyVariant('fp16'), (table) => table.fill(0xff));
    const { fidelity, verdict } = await refused(path);
    expect(fidelity.nonFinite.candidate).toBeGreaterThan(0);
    expect(verdict?.failures.map(({ metric }) => metric)).toContain('nonFinite');
  });

  test('another pooling', async () => {
    const folder = folderWith('1_Pooling/config.json', () => ({
      pooling_mode_cls_token: true,
      pooling_mode_mean_tokens: false,
    }));
    expect((await refused(folder)).fidelity.cosine.mean).toBeLessThan(0.97);
  });

  test('a tokenizer with other ids', async () => {
    const folder = folderWith('tokenizer.json', (old) => {
      const tokenizer = JSON.parse(old);
      const { vocab } = tokenizer.model as { vocab: Record<string, number> };
      const words = Object.entries(vocab).filter(([word]) => /^[a-z]$/.test(word));
      tokenizer.model.vocab = { ...vocab };
      words.forEach(([word], i) => {
        tokenizer.model.vocab[word] = words[(i + 1) % words.length][1];
      });
      return tokenizer;
    });
    expect((await refused(folder)).fidelity.cosine.mean).toBeLessThan(0.98);
  });
});
