import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { floats, smallModel } from '../../test/support/small-model.js';
import { OctavecError } from '../base/index.js';
import { gatePresets } from '../evaluate/index.js';
import { type ChosenMethod, int8, type MethodResult } from '../methods/index.js';
import { makeNode, readModel } from '../onnx/index.js';
import type { Original } from '../proof/index.js';
import { recipeOf } from '../quantize/index.js';
import { asCandidate, attempt, improveCandidate, makeCandidate, type Work } from './staged-candidate.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-candidate-'));
  path = join(folder, 'onnx', 'model_int8.onnx');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A model of one layer, and a weight that no method reaches. */
const model = smallModel({
  inputs: { x: 'float[n,128]' },
  outputs: { y: 'float[n,128]', z: 'float[128,128]' },
  nodes: [makeNode('Relu', ['x'], ['y']), makeNode('Neg', ['w'], ['z'])],
  initializers: [floats('w', [128, 128], new Array(128 * 128).fill(0.5))],
});
const original = {
  files: { folder: '/models/a', onnxPath: '/models/a/onnx/model.onnx', maxTokens: 7 },
  identity: { name: 'onnx/model.onnx', sha256: 's'.repeat(64), bytes: 1, precision: 'fp32' },
  conventions: 'c'.repeat(64),
  notes: ['the original is odd'],
} as unknown as Original;
const wishes = { selection: {}, optimize: true, gates: {}, hashes: { calibration: 'cal', search: 'sea' } };
const context = {
  ...{ selection: {}, task: {}, wishes },
  trial: { original, target: '', gate: gatePresets.int8 },
};
const methodGiving = (result: Partial<MethodResult>): ChosenMethod => ({
  ...int8(),
  apply: async () => ({ model, ...result }),
});
const made = (result: Partial<MethodResult> = {}) =>
  makeCandidate(original, model, methodGiving(result), path, context);

describe('a candidate', () => {
  test('is a file beside its place, with a recipe of what was asked, and of what the method chose by itself', async () => {
    const candidate = await made({ chosen: { smoothedActivations: 3 } });
    expect(readdirSync(join(folder, 'onnx')).every((name) => name.startsWith('.octavec-'))).toBe(true);
    const options = { optimize: true, calibration: 'cal', smoothedActivations: 3 };
    expect(candidate.recipe).toMatchObject({
      method: 'int8',
      source: 's'.repeat(64),
      conventions: 'c'.repeat(64),
      options,
    });
    expect(recipeOf(await readModel(candidate.staged.path))).toEqual(JSON.parse(JSON.stringify(candidate.recipe)));
    expect(candidate.gate).toBe(gatePresets.int8);
    await candidate.staged.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('has the notes of its original, of what is left, and of its method', async () => {
    const { notes, staged } = await made({ notes: ['clamped'] });
    expect(notes).toHaveLength(3);
    expect(notes[0]).toBe('the original is odd');
    expect(notes[1]).toContain('Neg');
    expect(notes[2]).toBe('clamped');
    await staged.discard();
  });

  test('is proven under the name that it is going to have, with everything else of its original', async () => {
    const candidate = await made();
    const { files, identity, readsAsOriginal, usualGate, recipe } = await asCandidate(original, candidate);
    expect(files).toEqual({ ...original.files, onnxPath: candidate.staged.path });
    expect(identity).toMatchObject({ name: join('onnx', 'model_int8.onnx'), precision: 'int8' });
    expect(identity.bytes).toBe(candidate.staged.bytes);
    expect([readsAsOriginal, usualGate, recipe]).toEqual([true, 'int8', candidate.recipe]);
    await candidate.staged.discard();
  });
});

describe('a candidate that was refused', () => {
  const refused = soundEvidence();

  test('has none after it where its method knows nothing better, and stays', async () => {
    const candidate = await made();
    expect(await improveCandidate(original, candidate, refused)).toBeUndefined();
    expect(await improveCandidate(original, await made({ improve: async () => undefined }), refused)).toBeUndefined();
    expect((await readModel(candidate.staged.path)).proto.graph.node).toHaveLength(2);
  });

  test('makes room for the next one, which keeps what was asked, and the notes that hold for both', async () => {
    const seen: unknown[] = [];
    const improve = async (evidence: unknown): Promise<MethodResult> => {
      seen.push(evidence);
      return { model, chosen: { mix: 'careful' }, notes: ['second'] };
    };
    const first = await made({ chosen: { mix: 'bold' }, notes: ['first'], improve });
    const second = await improveCandidate(original, first, refused);
    expect(seen).toEqual([refused]);
    await expect(readModel(first.staged.path)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(second?.recipe.options).toMatchObject({ calibration: 'cal', mix: 'careful' });
    expect(second?.notes).toEqual([...first.notes.slice(0, 2), 'second']);
    expect(second?.improve).toBeUndefined();
    expect(second?.seconds).toBeGreaterThanOrEqual(first.seconds);
    await second?.staged.discard();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('an attempt', () => {
  const work = (): Work => ({ candidates: [], failures: [] });
  const variant = { method: int8(), path: '/out/model_int8.onnx' };

  test('that fails is noted with its method and place', async () => {
    const state = work();
    const error = new OctavecError('NOTHING_TO_QUANTIZE', { path: 'a', why: 'b' });
    await attempt(state, variant, () => Promise.reject(error));
    await attempt(state, variant, () => Promise.reject(new TypeError('a fault')));
    expect(state.failures).toEqual([
      { method: 'int8', path: variant.path, error },
      { method: 'int8', path: variant.path, error: new TypeError('a fault') },
    ]);
  });

  test('that is cancelled ends everything, as does what is no error', async () => {
    const state = work();
    const cancelled = new OctavecError('CANCELLED', { what: 'quantizing' });
    await expect(attempt(state, variant, () => Promise.reject(cancelled))).rejects.toBe(cancelled);
    await expect(attempt(state, variant, () => Promise.reject('a word'))).rejects.toBe('a word');
    expect(state.failures).toEqual([]);
  });

  test('that goes well leaves nothing', async () => {
    const state = work();
    await attempt(state, variant, async () => undefined);
    expect(state).toEqual(work());
  });
});
