import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import { ModelProcess } from './model-process.js';

const model = { onnxPath: '/models/m.onnx' } as ModelFiles;

/** Lets processes be started from a program that there is not. */
function withoutProgram(): void {
  const { execPath } = process;
  onTestFinished(() => {
    process.execPath = execPath;
  });
  process.execPath = '/no/such/program';
}

describe('a process that cannot be started', () => {
  test('is told to each who asks, with the model and the reason', async () => {
    withoutProgram();
    const started = new ModelProcess(model);
    const died = { code: 'ENGINE_DIED', details: { path: '/models/m.onnx', why: expect.stringContaining('ENOENT') } };
    await expect(started.load({})).rejects.toMatchObject(died);
    await expect(started.memory()).rejects.toMatchObject(died);
    await started.stop();
  });

  test('ends nothing while nobody asks', async () => {
    withoutProgram();
    const started = new ModelProcess(model);
    await new Promise((resolve) => setImmediate(resolve));
    await started.stop();
    await expect(started.run([['a']])).rejects.toMatchObject({ code: 'ENGINE_DIED' });
  });
});

test('a process that cannot be put into its group is ended', () => {
  let pid = 0;
  const group = {
    add: (one: number) => {
      pid = one;
      throw new Error('EPERM');
    },
    throttling: () => undefined,
    remove: async () => undefined,
  };
  expect(() => new ModelProcess(model, group)).toThrow('EPERM');
  expect(pid).toBeGreaterThan(0);
});
