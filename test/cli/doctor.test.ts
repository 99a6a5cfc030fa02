import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCpuGroup } from '../../src/benchmark/cpu-group.js';
import type { Diagnosis } from '../../src/doctor/index.js';
import { mayLimitCpus } from '../support/may-limit-cpus.js';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { errorOf, octavec, octavecProcess, temporaryFolder } from './octavec.js';

const limits = await mayLimitCpus();

const tiny = () => {
  const folder = join(temporaryFolder(), 'tiny');
  makeTinyFolder(folder, 'bert');
  return folder;
};

describe('octavec doctor', () => {
  test('examines the machine with a model, and says what to do next', async () => {
    const folder = tiny();
    const { status, stdout, stderr } = await octavec(['doctor', folder]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const expected of ['Node.js v', 'ONNX Runtime 1.', 'Tokenizers', 'CPU time', 'of memory', 'free in the']) {
      expect(stdout).toContain(expected);
    }
    expect(stdout).toMatch(/texts\/s of 128\s+tokens/);
    expect(stdout).toMatch(/octavec works here.*\n\nNext:\n {2}npx octavec bench \S*tiny\n$/);
  });

  test('gives findings as JSON, with their figures', async () => {
    const { status, stdout } = await octavec(['doctor', tiny(), '--json']);
    expect(status).toBe(0);
    const { findings, usable, host } = JSON.parse(stdout) as Diagnosis;
    expect(usable).toBe(true);
    expect(host.visibleCpus).toBeGreaterThan(0);
    const ids = findings.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['node', 'onnxruntime', 'tokenizers', 'processor', 'cpus', 'throttling', 'memory']),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const { figures } = findings.find(({ id }) => id === 'throttling') ?? {};
    expect(figures?.cpuSeconds).toBeGreaterThan(0);
    expect(figures?.wallSeconds).toBeGreaterThan(1.4);
    const model = findings.find(({ id }) => id === 'model-onnxruntime');
    expect(model?.figures?.textsPerSecond).toBeGreaterThan(1);
  });

  test('a model that does not run is broken: exit status 1', async () => {
    const folder = tiny();
    writeFileSync(join(folder, 'onnx/model.onnx'), 'no model');
    const outcome = await octavec(['doctor', folder, '--json']);
    expect([outcome.status, errorOf(outcome).code]).toEqual([1, 'HOST_UNUSABLE']);
    const { usable, findings } = JSON.parse(outcome.stdout) as Diagnosis;
    expect(usable).toBe(false);
    expect(findings.find(({ id }) => id === 'model')).toMatchObject({ status: 'problem', essential: true });
  });

  test('packages that do not load are broken, and named', async () => {
    const hook = `export function resolve(name, context, next) {
      const missing = { 'onnxruntime-node': 'libfoo.so.1', tokenizers: 'libbar.so.2' }[name];
      if (missing) throw new Error(missing + ': cannot open shared object file');
      return next(name, context);
    }`;
    const script = join(temporaryFolder(), 'break.mjs');
    const url = `data:text/javascript,${encodeURIComponent(hook)}`;
    writeFileSync(script, `import { register } from 'node:module';\nregister(${JSON.stringify(url)});\n`);
    const outcome = await octavecProcess(['doctor', tiny(), '--json'], {
      // Node.js 26 says that `register` is deprecated; what replaces it is not in 20.
      env: { NODE_OPTIONS: `--no-deprecation --import ${script}` },
    });
    expect([outcome.status, errorOf(outcome).code]).toEqual([1, 'HOST_UNUSABLE']);
    const { findings } = JSON.parse(outcome.stdout) as Diagnosis;
    expect(findings.filter(({ essential }) => essential).map(({ id, found }) => [id, found])).toEqual([
      ['onnxruntime', expect.stringMatching(/does not load: libfoo\.so\.1/)],
      ['tokenizers', expect.stringMatching(/does not load: libbar\.so\.2/)],
    ]);
    expect(findings.some(({ id }) => id.startsWith('model'))).toBe(false);
  });

  test('a model that is not there, or has no tokenizer, is an error of its own', async () => {
    const missing = await octavec(['doctor', 'no/such/model', '--json']);
    expect([missing.status, errorOf(missing).code]).toEqual([1, 'FILE_NOT_FOUND']);
    const folder = tiny();
    rmSync(join(folder, 'tokenizer.json'));
    const without = await octavec(['doctor', folder, '--json']);
    expect([without.status, errorOf(without).code]).toEqual([1, 'TOKENIZER_MISSING']);
  });

  test.skipIf(!limits)('recognises a throttled host, names the quota and gives the figures', async () => {
    const group = await makeCpuGroup(0.3);
    try {
      const { status, stdout } = await octavecProcess(['doctor', tiny(), '--json'], {
        whileRunning: ({ pid }) => group.add(pid as number),
      });
      expect(status).toBe(0);
      const { findings, host } = JSON.parse(stdout) as Diagnosis;
      expect(host.cpuQuota?.value).toBeCloseTo(0.3, 6);
      const throttling = findings.find(({ id }) => id === 'throttling');
      expect(throttling?.figures?.share).toBeLessThan(0.4);
      // On a machine that is busy with other things programs may not get as far as their limit.
      if (Number(throttling?.figures?.share) > 0.25) {
        expect(throttling).toMatchObject({
          status: 'problem',
          found: expect.stringContaining('Throttled by a CPU quota'),
        });
        expect(throttling?.figures?.brakes).toContain('quota');
      }
      expect(findings.find(({ id }) => id === 'cpus')).toMatchObject({ status: 'warning' });
    } finally {
      await group.remove();
    }
  });
});
