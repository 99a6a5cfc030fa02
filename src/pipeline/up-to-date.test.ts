import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { smallModel } from '../../test/support/small-model.js';
import { evidencePath, writeEvidence } from '../evaluate/index.js';
import { auto, type ChosenMethod, fp16, int8, int8Static, type MethodWishes, q4, q8 } from '../methods/index.js';
import { makeNode, readModel, writeModel } from '../onnx/index.js';
import { fileIdentity } from '../proof/index.js';
import { makeRecipe, type Recipe, withRecipe } from '../quantize/index.js';
import { upToDateEvidence } from './up-to-date.js';

const source = 'a'.repeat(64);
const conventions = 'd'.repeat(64);
const wishes: MethodWishes = {
  selection: {},
  optimize: true,
  gates: {},
  hashes: { calibration: 'some', search: 'more' },
};
const proofTexts = soundEvidence().texts.sha256;
const wanted = { method: int8(), source, conventions, wishes, proofTexts };

/** As a method writes it. */
function recipeFor(method: ChosenMethod, asked: Partial<MethodWishes> = {}): Recipe {
  return makeRecipe(method.id, source, { ...method.asked({ ...wishes, ...asked }), found: 3 }, conventions);
}

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-up-to-date-'));
  path = join(folder, 'model_int8.onnx');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function makeVariant(recipe: Recipe): Promise<void> {
  const nodes = [makeNode('Neg', ['x'], ['y'])];
  const model = smallModel({ inputs: { x: 'float[2]' }, outputs: { y: 'float[2]' }, nodes });
  await writeModel(withRecipe(model, recipe), path);
  const file = await fileIdentity(await readModel(path), 'int8');
  await writeEvidence(evidencePath(path), soundEvidence({}, { file }));
}

test('same original, method and version: the evidence is given back', async () => {
  await makeVariant(recipeFor(int8()));
  const evidence = await upToDateEvidence(path, wanted);
  expect(evidence?.fidelity.cosine.p1).toBe(0.9792);
});

test.each<[string, Recipe]>([
  ['another original', { ...recipeFor(int8()), source: 'b'.repeat(64) }],
  ['another method', recipeFor(q8())],
  ['another version', { ...recipeFor(int8()), tool: 'octavec 0.0.0' }],
  ['another tokenizer or pooling', { ...recipeFor(int8()), conventions: 'e'.repeat(64) }],
  ['another calibration', recipeFor(int8(), { hashes: { calibration: 'other', search: 'more' } })],
  ['no calibration', recipeFor(int8(), { hashes: undefined })],
  ['an exclusion', recipeFor(int8(), { selection: { exclude: ['ffn-down'] } })],
  ['the graph as it is', recipeFor(int8(), { optimize: false })],
])('%s: made again', async (_, recipe) => {
  await makeVariant(recipe);
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
});

test('a file that is not the one that was measured, or has no evidence, or no recipe', async () => {
  await makeVariant(recipeFor(int8()));
  const evidence = readFileSync(evidencePath(path), 'utf8');
  writeFileSync(evidencePath(path), evidence.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'0'.repeat(64)}"`));
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
  writeFileSync(evidencePath(path), '{');
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
  rmSync(evidencePath(path));
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
  writeFileSync(path, 'half a file');
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
  expect(await upToDateEvidence(join(folder, 'none.onnx'), wanted)).toBeUndefined();
});

test('what was proven on other texts is made again', async () => {
  await makeVariant(recipeFor(int8()));
  expect(await upToDateEvidence(path, { ...wanted, proofTexts: 'f'.repeat(64) })).toBeUndefined();
});

test.each<[ChosenMethod, ChosenMethod]>([
  [fp16(), fp16({ weightsOnly: true })],
  [int8Static(), int8Static({ range: 'mse' })],
  [q4(), q4({ blockSize: 64 })],
  [q4(), q4({ symmetric: true })],
])('$0.id with other options is made again, with those that hold by default it is not', async (usual, other) => {
  await makeVariant(recipeFor(usual));
  expect(await upToDateEvidence(path, { ...wanted, method: usual })).toBeDefined();
  expect(await upToDateEvidence(path, { ...wanted, method: other })).toBeUndefined();
});

test('what auto made for another goal is made again', async () => {
  await makeVariant(recipeFor(auto()));
  expect(await upToDateEvidence(path, { ...wanted, method: auto() })).toBeDefined();
  expect(await upToDateEvidence(path, { ...wanted, method: auto({ targetCosineP1: 0.99 }) })).toBeUndefined();
  expect(await upToDateEvidence(path, { ...wanted, method: auto({ for: 'speed' }) })).toBeUndefined();
  const limits = { ...wishes, gates: { limits: { cosineMin: 0.9 } } };
  expect(await upToDateEvidence(path, { ...wanted, method: auto(), wishes: limits })).toBeUndefined();
});
