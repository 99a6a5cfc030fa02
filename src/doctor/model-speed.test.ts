import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import type { EngineDescription } from '../engine/index.js';
import { type ModelSpeed, modelFailure, modelSpeedFinding } from './model-speed.js';

const speed = (meanMs: number, cpuMs: number): ModelSpeed => ({
  engine: { name: 'onnxruntime', version: '1.30.0' } as EngineDescription,
  loadSeconds: 0.42,
  paragraph: { tokens: 128, meanMs, cpuMs, max: 1234 } as ModelSpeed['paragraph'],
  textsPerSecond: 87.6,
  cpus: 2,
});

describe('modelSpeedFinding', () => {
  test('says how fast a model is', () => {
    const { id, status, found, advice } = modelSpeedFinding('model_int8', speed(12.3, 11.9));
    expect([id, status, advice]).toEqual(['model-onnxruntime', 'ok', undefined]);
    expect(found).toBe(
      'model_int8 on ONNX Runtime (1.30.0): about 88 texts/s of 128 tokens; one alone takes 12 ms, 1.2 s at worst; loads in 0.4 s.',
    );
  });

  test('warns where a text waits for CPU time', () => {
    const { status, found, advice } = modelSpeedFinding('model', speed(60, 20));
    expect([status, advice]).toEqual(['warning', expect.stringContaining('throttling')]);
    expect(found).toContain('one alone takes 60 ms instead of 20 ms, for the rest it waits for CPU time');
  });

  test('names the native engine', () => {
    const native = { ...speed(1, 1), engine: { name: 'native', version: '1 avx2' } as EngineDescription };
    expect(modelSpeedFinding('model', native).found).toContain('model on the native engine (1 avx2)');
  });
});

test('modelFailure gives the reason and the code', () => {
  const error = new OctavecError('ENGINE_LOAD', { path: 'm.onnx', why: 'it is damaged' });
  expect(modelFailure('m', error)).toMatchObject({
    ...{ status: 'problem', essential: true, figures: { code: 'ENGINE_LOAD' } },
    found: expect.stringMatching(/^m cannot be run: .*it is damaged/),
  });
  expect(modelFailure('m', new Error('no')).figures).toEqual({ code: undefined });
});

describe('figures of a model', () => {
  test.each([
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [0.04, '0.0 ms'],
    [12_345, '12.3 s'],
  ])('%f ms alone is %s', (meanMs, text) => {
    expect(modelSpeedFinding('m', speed(meanMs, meanMs)).found).toContain(`one alone takes ${text},`);
  });

  test.each([
    [0.94, '0.9'],
    [9.96, '10'],
    [9.94, '9.9'],
    [1234.5, '1235'],
  ])('%f texts a second are %s', (textsPerSecond, text) => {
    expect(modelSpeedFinding('m', { ...speed(1, 1), textsPerSecond }).found).toContain(`about ${text} texts/s`);
  });

  test('the default says why it is not the other, where it was tried', () => {
    const engine = { name: 'onnxruntime', version: '1', fallback: 'the encoder is not known' } as EngineDescription;
    const fallen = { ...speed(1, 1), engine };
    expect(modelSpeedFinding('m', fallen, 'default').found).toContain('(1, the default: the encoder is not known)');
    expect(modelSpeedFinding('m', fallen).found).toContain('m on ONNX Runtime (1): about');
    expect(modelSpeedFinding('m', speed(1, 1), 'default').found).toContain('(1.30.0, the default)');
  });

  test('half as long again as its CPU time is still its own', () => {
    expect(modelSpeedFinding('m', speed(15, 10)).status).toBe('ok');
    expect(modelSpeedFinding('m', speed(15.1, 10)).status).toBe('warning');
  });

  test('all of them can be read by programs', () => {
    expect(modelSpeedFinding('m', speed(12, 11)).figures).toEqual(speed(12, 11));
  });
});

test('a model that cannot be run may have failed by anything', () => {
  expect(modelFailure('m', 'no error.')).toMatchObject({ found: 'm cannot be run: no error.', essential: true });
  expect(modelFailure('m', new Error('two\nlines')).found).toBe('m cannot be run: two lines.');
});
