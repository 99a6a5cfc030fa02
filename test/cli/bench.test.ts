import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Benchmark } from '../../src/benchmark/index.js';
import { mayLimitCpus } from '../support/may-limit-cpus.js';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { errorOf, filesIn, octavec, octavecProcess, temporaryFolder } from './octavec.js';

/** A folder with a tiny model, also under the names of variants. */
function tiny(...variants: readonly string[]): string {
  const folder = join(temporaryFolder(), 'tiny');
  const original = makeTinyFolder(folder, 'bert');
  for (const variant of variants) {
    cpSync(original, join(folder, 'onnx', `model_${variant}.onnx`));
  }
  return folder;
}

const quick = ['--threads', '1'];

const limits = await mayLimitCpus();

describe('octavec bench', () => {
  test('measures all variants of a folder, names what cannot be measured, and says what to do next', async () => {
    const folder = tiny('int8');
    writeFileSync(join(folder, 'onnx/model_q4.onnx'), 'no model');
    const before = filesIn(folder);
    const page = join(temporaryFolder(), 'bench.html');
    const { status, stdout, stderr } = await octavecProcess([
      'bench',
      folder,
      ...quick,
      '--pool',
      '1,2',
      '--html',
      page,
    ]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^note: measuring 3 models takes about \d+(\.\d)? s\n$/),
    });
    expect(stdout).toMatch(/CPUs granted.*rounds in turns.*Start and memory.*Texts of 16 tokens.*Mixed corpus.*Pools/s);
    expect(stdout).toMatch(/✗ model_q4: .*is not an ONNX model/);
    expect(stdout).toMatch(/^model_int8 +onnxruntime 1\.\d+\.\d+/m);
    expect(stdout).toContain('Next:\n  npx octavec compare');
    const html = readFileSync(page, 'utf8');
    expect(html).toContain("default-src 'none'");
    expect(html.match(/<svg /g)?.length).toBe(3 + (1 + 2) + 2 + 2);
    expect(filesIn(folder)).toEqual(before);
  });

  test('gives the figures as JSON: every one a number, rounds in order, lengths that the model takes', async () => {
    const folder = tiny('int8');
    const texts = join(folder, 'texts.txt');
    writeFileSync(texts, 'time people\nway day year\n');
    const { status, stdout } = await octavecProcess([
      ...['bench', folder, '--variant', 'fp32', '--texts', texts, '--json', ...quick],
    ]);
    expect(status).toBe(0);
    const { results, conditions, unusable } = JSON.parse(stdout) as Benchmark;
    expect(unusable).toEqual([]);
    expect(conditions).toMatchObject({ rounds: 3, mixedTexts: 2, mixedSource: texts });
    expect(results.map(({ name }) => name)).toEqual(['model']);
    const [{ bytes, engine, start, memory, latency, throughput, mixed, pools }] = results;
    expect(bytes).toBe(475_846);
    expect(engine).toMatchObject({ name: 'onnxruntime', threadsPerWorker: 1 });
    expect(start.coldSeconds.median).toBeGreaterThan(start.loadSeconds.median);
    expect(memory.peakBytes).toBeGreaterThanOrEqual(0.9 * memory.residentBytes);
    expect(latency.map(({ tokens }) => tokens)).toEqual([16, 128]);
    for (const { p50, p95, max, rounds } of latency) {
      expect(p50).toBeGreaterThan(0);
      expect(p95).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p95);
      expect(rounds.low).toBeLessThanOrEqual(rounds.high);
    }
    expect(throughput.map((row) => [row.texts, row.tokens])).toEqual([
      [1, 16],
      [1, 128],
      [32, 16],
      [32, 128],
    ]);
    expect(mixed.rounds.length).toBe(3);
    expect(pools).toEqual([]);
  });

  test('fails where nothing can be measured', async () => {
    const folder = tiny();
    writeFileSync(join(folder, 'onnx/model_q4.onnx'), 'no model');
    const alone = await octavec(['bench', folder, '--variant', 'q4', '--json', ...quick]);
    expect([alone.status, errorOf(alone).code]).toEqual([1, 'NOT_ONNX']);
  });

  test.each([
    [['--engine', 'cuda'], 2, 'USAGE'],
    [['--pool', '0'], 2, 'USAGE'],
    [['--cpu-limit', '-1'], 2, 'USAGE'],
    [['--variant', 'q8'], 1, 'MODEL_NOT_FOUND'],
  ])('%j is refused', async (options, exit, code) => {
    const folder = tiny();
    const outcome = await octavec(['bench', folder, '--json', ...options]);
    expect([outcome.status, errorOf(outcome).code]).toEqual([exit, code]);
  });

  test.skipIf(!limits)('measures under a CPU limit, and says how long programs stood still', async () => {
    const folder = tiny();
    const { status, stdout, stderr } = await octavecProcess([
      'bench',
      folder,
      '--cpu-limit',
      '0.5',
      '--json',
      ...quick,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { results, conditions, notes } = JSON.parse(stdout) as Benchmark;
    expect(conditions.cpuLimit).toBe(0.5);
    expect(results[0].engine.threadsReason).toContain('cgroup quota 0.5');
    expect(results[0].mixed.cpus).toBeLessThan(1.2);
    // On a machine that is busy with other things programs may not get as far as their limit.
    if (results[0].mixed.cpus > 0.4) {
      expect(conditions.throttledSeconds).toBeGreaterThan(0.1);
      expect(notes.join()).toContain('the limit of 0.5 CPUs');
    }
  });

  test('an interrupted one leaves no process and no page behind', async () => {
    const folder = temporaryFolder();
    const page = join(folder, 'bench.html');
    const { status, stderr } = await octavecProcess(['bench', tiny(), '--html', page], {
      // Its first note says that it begins to measure, however long the start took.
      whileRunning: (child) =>
        child.stderr?.once('data', () => setTimeout(() => process.kill(-(child.pid as number), 'SIGINT'), 1000)),
    });
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: expect.stringMatching(
        /^note: measuring .*\n(note: interrupted: .*\n)?error: Cancelled: measuring speed\.\n$/,
      ),
    });
    expect(filesIn(folder)).toEqual([]);
  });
});
