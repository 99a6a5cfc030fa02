import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { smallModel } from '../../test/support/small-model.js';
import { evidencePath, writeEvidence } from '../evaluate/index.js';
import {
  type AutoGoal,
  autoGoal,
  completeForms,
  type MethodForms,
  type MethodName,
  type MethodWishes,
  methods,
} from '../methods/index.js';
import { makeNode, readModel, writeModel } from '../onnx/index.js';
import { fileIdentity } from '../proof/index.js';
import { makeRecipe, type Recipe, withRecipe } from '../quantize/index.js';
import { upToDateEvidence } from './up-to-date.js';

const source = 'a'.repeat(64);
const conventions = 'd'.repeat(64);
const wishes: MethodWishes = {
  selection: {},
  forms: completeForms(),
  optimize: true,
  goal: autoGoal(),
  hashes: { calibration: 'some', search: 'more' },
};
const proofTexts = soundEvidence().texts.sha256;
const wanted = { method: 'int8', source, conventions, wishes, proofTexts } as const;

/** As a method writes it. */
function recipeFor(method: MethodName, asked: Partial<MethodWishes> = {}): Recipe {
  return makeRecipe(method, source, { ...methods[method].asked({ ...wishes, ...asked }), found: 3 }, conventions);
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
  await makeVariant(recipeFor('int8'));
  const evidence = await upToDateEvidence(path, wanted);
  expect(evidence?.fidelity.cosine.p1).toBe(0.9792);
});

test.each<[string, Recipe]>([
  ['another original', { ...recipeFor('int8'), source: 'b'.repeat(64) }],
  ['another method', recipeFor('q8')],
  ['another version', { ...recipeFor('int8'), tool: 'octavec 0.0.0' }],
  ['another tokenizer or pooling', { ...recipeFor('int8'), conventions: 'e'.repeat(64) }],
  ['another calibration', recipeFor('int8', { hashes: { calibration: 'other', search: 'more' } })],
  ['no calibration', recipeFor('int8', { hashes: undefined })],
  ['an exclusion', recipeFor('int8', { selection: { exclude: ['ffn-down'] } })],
  ['the graph as it is', recipeFor('int8', { optimize: false })],
])('%s: made again', async (_, recipe) => {
  await makeVariant(recipe);
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
});

test('a file that is not the one that was measured, or has no evidence, or no recipe', async () => {
  await makeVariant(recipeFor('int8'));
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
  await makeVariant(recipeFor('int8'));
  expect(await upToDateEvidence(path, { ...wanted, proofTexts: 'f'.repeat(64) })).toBeUndefined();
});

test.each<[MethodName, MethodForms]>([
  ['fp16', { weightsOnly: true }],
  ['int8-static', { range: 'mse' }],
  ['q4', { blockSize: 64 }],
  ['q4', { symmetric: true }],
])('%s in another form %j is made again, in the form that holds by default it is not', async (method, forms) => {
  await makeVariant(recipeFor(method));
  expect(await upToDateEvidence(path, { ...wanted, method })).toBeDefined();
  const other = { ...wishes, forms: completeForms(forms) };
  expect(await upToDateEvidence(path, { ...wanted, method, wishes: other })).toBeUndefined();
});

test('a form that a method does not know is no matter', async () => {
  await makeVariant(recipeFor('int8'));
  const other = { ...wishes, forms: completeForms({ blockSize: 64 }) };
  expect(await upToDateEvidence(path, { ...wanted, wishes: other })).toBeDefined();
});

test('what auto made for another goal is made again', async () => {
  await makeVariant(recipeFor('auto'));
  const asked = (goal: AutoGoal) => ({ ...wanted, method: 'auto', wishes: { ...wishes, goal } }) as const;
  expect(await upToDateEvidence(path, asked(autoGoal()))).toBeDefined();
  expect(await upToDateEvidence(path, asked(autoGoal({ targetCosineP1: 0.99 })))).toBeUndefined();
  expect(await upToDateEvidence(path, asked(autoGoal({ purpose: 'speed' })))).toBeUndefined();
});
