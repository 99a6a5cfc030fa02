import { describe, expect, test } from 'vitest';
import type { ModelFiles } from '../model/index.js';
import { type EngineChoiceOptions, loadEngine } from './choose-engine.js';
import type { Engine, TokenBatch } from './engine.js';
import { loadOnnxRuntimeEngine } from './onnxruntime/load-engine.js';
import { pacedEngine } from './quota-pacer.js';

/** Nothing is loaded: what is wrong is found out before. */
const files = { onnxPath: '/nowhere/model.onnx' } as ModelFiles;
const refused = (options: object) => loadEngine(files, options as EngineChoiceOptions);

describe('options are checked before anything is loaded', () => {
  test.each([
    [{ engine: 'tensorflow' }, 'onnxruntime, native, native-bf16, auto'],
    [{ device: 'gpu' }, 'cpu, cuda, webgpu, coreml, directml, auto'],
    [{ isolation: 'vm' }, 'thread, process'],
    [{ memory: 'slow' }, 'auto, fast, shared'],
    [{ batchTokens: 0 }, 'batchTokens'],
    [{ batchTokens: 1.5 }, 'batchTokens'],
  ])('%j', async (options, named) => {
    await expect(refused(options)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(named) });
  });

  test.each([
    [{ engine: 'native', device: 'cuda' }, 'native does not have the option device: cuda'],
    [{ engine: 'native', isolation: 'process' }, 'isolation: process'],
    [{ engine: 'native-bf16', memory: 'fast' }, 'native-bf16 does not have the option memory: fast'],
    [{ engine: 'native', batchTokens: 512 }, 'batchTokens'],
    [{ engine: 'native', device: 'auto', memory: 'fast' }, 'device: auto, memory: fast'],
  ])('what the native engine does not have: %j', async (options, problem) => {
    await expect(refused(options)).rejects.toMatchObject({
      code: 'USAGE',
      details: { problem: expect.stringContaining(problem), hint: expect.stringContaining('onnxruntime') },
    });
  });

  test.each([
    { engine: 'native', device: 'cpu' },
    { engine: 'native', memory: 'shared', isolation: 'thread' },
    { engine: 'native-bf16', memory: 'auto' },
  ])('what it has, or does by itself, is no wrong usage: %j', async (options) => {
    await expect(refused(options)).rejects.not.toMatchObject({ code: 'USAGE' });
  });

  test('a signal that says so already', async () => {
    const signal = AbortSignal.abort('no');
    await expect(refused({ signal })).rejects.toMatchObject({
      code: 'CANCELLED',
      details: { what: 'loading the model' },
    });
    await expect(loadOnnxRuntimeEngine(files, { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test.each([{ workers: 0 }, { threads: -1 }, { workers: 2.5 }, { threads: 100_000 }])(
    'counts of workers and threads: %j',
    async (options) => {
      await expect(refused({ engine: 'onnxruntime', ...options })).rejects.toMatchObject({ code: 'USAGE' });
    },
  );
});

describe('an engine under a quota', () => {
  const batch: TokenBatch = { ids: Int32Array.of(1), offsets: Int32Array.of(0, 1) };
  const seen: unknown[] = [];
  const engine = {
    width: 1,
    description: { name: 'native' },
    embed: async (...asked: unknown[]) => {
      seen.push(['embed', ...asked]);
      return Float32Array.of(1);
    },
    hiddenStates: async (...asked: unknown[]) => {
      seen.push(['hiddenStates', ...asked]);
      return Float32Array.of(2);
    },
    close: async () => {
      seen.push(['close']);
    },
  } as unknown as Engine;

  test('is asked for the same, and is closed with it', async () => {
    // So much that nothing waits.
    const paced = pacedEngine(engine, 1e6);
    const options = { alone: true };
    expect([...(await paced.embed(batch, options))]).toEqual([1]);
    expect([...(await paced.hiddenStates(batch))]).toEqual([2]);
    expect([paced.width, paced.description]).toEqual([engine.width, engine.description]);
    await paced[Symbol.asyncDispose]();
    expect(seen).toEqual([['embed', batch, options], ['hiddenStates', batch, undefined], ['close']]);
  });
});
