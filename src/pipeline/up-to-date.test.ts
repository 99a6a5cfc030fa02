import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { smallModel } from '../../test/support/small-model.js';
import { evidencePath, writeEvidence } from '../evaluate/index.js';
import { makeNode, readModel, writeModel } from '../onnx/index.js';
import { makeRecipe, type Recipe, withRecipe } from '../quantize/index.js';
import { autoGoal } from './auto/goal.js';
import { fileIdentity } from './file-identity.js';
import { upToDateEvidence } from './up-to-date.js';

const source = 'a'.repeat(64);
const wanted = { method: 'int8', source, goal: autoGoal() } as const;

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
  await makeVariant(makeRecipe('int8', source));
  const evidence = await upToDateEvidence(path, wanted);
  expect(evidence?.fidelity.cosine.p1).toBe(0.9792);
});

test.each<[string, Recipe]>([
  ['another original', makeRecipe('int8', 'b'.repeat(64))],
  ['another method', makeRecipe('q8', source)],
  ['another version', { ...makeRecipe('int8', source), tool: 'octavec 0.0.0' }],
])('%s: made again', async (_, recipe) => {
  await makeVariant(recipe);
  expect(await upToDateEvidence(path, wanted)).toBeUndefined();
});

test('a file that is not the one that was measured, or has no evidence, or no recipe', async () => {
  await makeVariant(makeRecipe('int8', source));
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

test('what auto made for another goal is made again', async () => {
  const { purpose, gate } = autoGoal();
  await makeVariant(makeRecipe('auto', source, { purpose, goal: gate.limits }));
  const asked = { ...wanted, method: 'auto' } as const;
  expect(await upToDateEvidence(path, asked)).toBeDefined();
  expect(await upToDateEvidence(path, { ...asked, goal: autoGoal({ targetCosineP1: 0.99 }) })).toBeUndefined();
  expect(await upToDateEvidence(path, { ...asked, goal: autoGoal({ purpose: 'speed' }) })).toBeUndefined();
});
