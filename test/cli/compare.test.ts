import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import type { Evidence } from '../../src/evaluate/index.js';
import { embeddedModel } from '../support/golden-texts.js';
import { filesIn, octavec, temporaryFolder } from './octavec.js';

const variants = inject('variants');
const texts = inject('texts');
const filesOf = (folder: string) => ['int8', 'fp16'].map((variant) => join(folder, `onnx/model_${variant}.onnx`));
const files = filesOf(variants);
/** A tiny model, where figures of a trained one do not matter, and its variants. */
const tiny = inject('tiny');
const tinyFiles = filesOf(inject('tinyVariants'));

describe('compare', () => {
  test('shows variants side by side, says which to take, and writes reports', async () => {
    const folder = temporaryFolder();
    const [page, card, junit] = ['report.html', 'card.md', 'gate.xml'].map((name) => join(folder, name));
    const reports = ['--html', page, '--markdown', card, '--junit', junit];
    const { status, stdout, stderr } = await octavec([
      ...['compare', embeddedModel, ...files, '--texts', texts, '--no-bench', '--no-cache'],
      ...reports,
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^original \(fp16\)/m);
    expect(stdout).toMatch(/^model_int8 .*pass$/m);
    expect(stdout).toMatch(/smallest: onnx\/model_int8\.onnx/);
    expect(readFileSync(page, 'utf8')).toMatch(
      /<h1>model_int8 is \d+ % smaller than the original; \d+ of 100 search results stay the same\.<\/h1>/,
    );
    // The original has the same name, as far as that goes.
    expect(readFileSync(card, 'utf8')).toContain('| `model/onnx/model_fp16.onnx` |');
    expect(readFileSync(junit, 'utf8')).toContain('<testsuites name="octavec" tests="2" failures="0" errors="0">');
  });

  test('names what cannot be run, goes on, and ends with 1; --strict and --limit make it a refusal', async () => {
    const folder = temporaryFolder();
    const [broken, page, junit] = ['broken.onnx', 'report.html', 'gate.xml'].map((name) => join(folder, name));
    writeFileSync(broken, 'no model');
    const common = ['compare', tiny, tinyFiles[0], broken, '--texts', texts, '--no-bench', '--no-cache'];
    const lenient = await octavec([...common, '--html', page, '--junit', junit]);
    expect(lenient.status).toBe(1);
    expect(lenient.stderr).toMatch(/1 of 2 variants of .* could not be measured\. The first: broken\.onnx: /);
    expect(readFileSync(page, 'utf8')).toMatch(
      /<h1>model_int8 is \d+ % smaller than the original; all search results stay the same\.<\/h1>/,
    );
    expect(readFileSync(junit, 'utf8')).toMatch(/errors="1"[\s\S]*<error message=".*not an ONNX model/);
    expect(lenient.stdout).toMatch(/✗ broken\.onnx: .*not an ONNX model/);
    const strict = await octavec([...common, '--strict', '--limit', 'cosineMean=0.9999999', '--json']);
    expect(strict.status).toBe(3);
    const { evidences, unusable } = JSON.parse(strict.stdout);
    expect(unusable.map(({ name }: { name: string }) => name)).toEqual(['broken.onnx']);
    expect(evidences[0].verdict).toMatchObject({ gate: 'int8 with own limits', passed: false });
    expect(JSON.parse(strict.stderr).error.message).toContain('cosine mean is');
  });

  test('tells variants of one name apart, keeps vectors, and gives the same from them', async () => {
    const folder = temporaryFolder();
    const paths = ['int8', 'fp16'].map((name, i) => {
      mkdirSync(join(folder, name));
      copyFileSync(tinyFiles[i], join(folder, name, 'model.onnx'));
      return join(folder, name, 'model.onnx');
    });
    const cache = join(folder, 'cache');
    const run = () => octavec(['compare', tiny, ...paths, '--texts', texts, '--no-bench', '--cache', cache, '--json']);
    const first = await run();
    const names = JSON.parse(first.stdout).evidences.map(({ file }: Evidence) => file.name);
    expect(names).toEqual(['int8/model.onnx', 'fp16/model.onnx']);
    expect(filesIn(cache).filter((path) => path.endsWith('.f32'))).toHaveLength(3);
    expect((await run()).stdout).toBe(first.stdout);
  });

  test('a cache that was asked for and cannot be written is told before the work', async () => {
    const cache = join(temporaryFolder(), 'file');
    writeFileSync(cache, '');
    const { status, stderr } = await octavec(['compare', tiny, tinyFiles[0], '--cache', cache]);
    expect(status).toBe(1);
    expect(stderr).toContain('Cannot write');
  });

  test('without variants it says how to make some', async () => {
    const { status, stderr } = await octavec(['compare', tiny]);
    expect(status).toBe(2);
    expect(stderr).toContain('octavec quantize');
  });

  test.each([
    [['--limit', 'beauty=1'], /"beauty" is not a metric/],
    [['--limit', 'cosineP1'], /Give a number/],
    [['--task', 'no-such-task'], /There is no task "no-such-task"/],
  ])('%j is wrong usage', async (wrong, message) => {
    const { status, stderr } = await octavec(['compare', tiny, tinyFiles[0], ...wrong]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('evaluate', () => {
  test('compares in tasks, keeps vectors, and gives the same figures from them', async () => {
    const folder = temporaryFolder();
    const pairs = [
      'score\tsentence1\tsentence2',
      '5\tA cat sleeps on the mat.\tA cat is sleeping on the mat.',
      '4\tThe bank was closed on Sunday.\tOn Sunday the bank did not open.',
      '2\tA cat sleeps on the mat.\tA dog barks at the cat.',
      '1\tThe bank was closed on Sunday.\tThe river bank is steep.',
      '0\tIce floats on water.\tMy card has not arrived.',
    ];
    writeFileSync(join(folder, 'toy.tsv'), pairs.join('\n'));
    const run = () =>
      octavec([
        ...['evaluate', files[0], '--against', embeddedModel, '--task', `sts:${join(folder, 'toy.tsv')}`],
        ...['--cache', join(folder, 'cache'), '--json'],
      ]);
    const first = await run();
    expect(first.status).toBe(0);
    const { comparisons, results } = JSON.parse(first.stdout);
    expect(results[0]).toMatchObject({ task: 'toy', kind: 'sts', mainMetric: 'spearman' });
    expect(comparisons[0].original).toBeGreaterThan(0.8);
    expect(['within noise', 'a loss', 'a gain']).toContain(comparisons[0].finding);
    expect((await run()).stdout).toBe(first.stdout);
  });

  test('says what is wrong with data, and where', async () => {
    const path = join(temporaryFolder(), 'bad.tsv');
    writeFileSync(path, 'score\tsentence1\tsentence2\nmuch\ta\tb\n');
    const { status, stderr } = await octavec(['evaluate', embeddedModel, '--task', `sts:${path}`]);
    expect(status).toBe(1);
    expect(stderr).toContain('bad.tsv cannot be used as evaluation data: line 2: score');
  });
});
