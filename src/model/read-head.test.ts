import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeSafetensors } from '../files/index.js';
import { findHead, refuseOtherStart } from './read-head.js';
import { type Module, readModules } from './read-modules.js';

function folder(files: Readonly<Record<string, unknown>>): string {
  const root = mkdtempSync(join(tmpdir(), 'octavec-head-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }
  return root;
}

/** Modules in a folder each: "Pooling" in "1_Pooling". */
function folderOf(kinds: readonly string[], files: Readonly<Record<string, unknown>> = {}): string {
  const modules = kinds.map((kind, i) => ({
    path: i === 0 ? '' : `${i}_${kind}`,
    type: `sentence_transformers.models.${kind}`,
  }));
  return folder({ 'modules.json': modules, ...files });
}

async function headOf(root: string) {
  return (await findHead(root, await readModules(root), undefined)).head;
}

const [inputs, outputs] = [2, 3];
const tensors = new Map([
  ['linear.weight', Float32Array.of(1, 2, 3, 4, 5, 6)],
  ['linear.bias', Float32Array.of(7, 8, 9)],
]);

/** The files of a dense layer in a folder. */
function dense(place: string, config: object = {}, weights: ReadonlyMap<string, Float32Array> = tensors) {
  return {
    [`${place}/config.json`]: { in_features: inputs, out_features: outputs, ...config },
    [`${place}/model.safetensors`]: Buffer.from(encodeSafetensors({ tensors: weights, metadata: {} })),
  };
}

const mean = { pooling_mode: 'mean' };

test('a dense layer brings its bias and, where nothing is said, Tanh', async () => {
  const root = folderOf(['Transformer', 'Pooling', 'Dense', 'Normalize'], {
    '1_Pooling/config.json': mean,
    ...dense('2_Dense'),
  });
  const head = await headOf(root);
  const [weight, bias] = tensors.values();
  expect(head).toMatchObject({ pooling: ['mean'], normalize: true });
  expect(head.dense).toEqual([{ inputs, outputs, weight, bias, activation: 'tanh' }]);
});

test('a bias is left out where the configuration says that there is none', async () => {
  const root = folderOf(['Transformer', 'Pooling', 'Dense'], {
    '1_Pooling/config.json': mean,
    ...dense('2_Dense', { bias: false }),
  });
  expect((await headOf(root)).dense[0].bias).toBeUndefined();
});

test.each([
  ['weights of other sizes', { out_features: 4 }, tensors],
  ['a bias of another length', {}, new Map([...tensors, ['linear.bias', Float32Array.of(1)]])],
])('%s than the configuration says are refused', async (_, config, weights) => {
  const root = folderOf(['Transformer', 'Pooling', 'Dense'], {
    '1_Pooling/config.json': mean,
    ...dense('2_Dense', config, weights),
  });
  await expect(headOf(root)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a dense layer before the pooling is refused, for it would be run behind it', async () => {
  const root = folderOf(['Transformer', 'Dense', 'Pooling'], {
    ...dense('1_Dense'),
    '2_Pooling/config.json': mean,
  });
  await expect(headOf(root)).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringMatching(/Pooling" behind/),
  });
});

test('a dense layer that takes the hidden states, wherever it stands, is refused', async () => {
  const root = folderOf(['Transformer', 'Pooling', 'Dense'], {
    '1_Pooling/config.json': mean,
    ...dense('2_Dense', { module_input_name: 'token_embeddings' }),
  });
  await expect(headOf(root)).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringMatching(/token_embeddings/),
  });
});

test('one that says that it takes the pooled vector is read', async () => {
  const root = folderOf(['Transformer', 'Pooling', 'Dense'], {
    '1_Pooling/config.json': mean,
    ...dense('2_Dense', { module_input_name: 'sentence_embedding' }),
  });
  expect((await headOf(root)).dense).toHaveLength(1);
});

test.each(['1_Pooling', '2_Dense'])('what modules.json names must be there: %s', async (missing) => {
  const files = { '1_Pooling/config.json': mean, ...dense('2_Dense') };
  const left = Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith(missing)));
  const root = folderOf(['Transformer', 'Pooling', 'Dense'], left);
  const message = expect.stringMatching(new RegExp(`${missing}.config\\.json.*missing`));
  await expect(headOf(root)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message });
});

test('dropout changes nothing when a model is used', async () => {
  const root = folderOf(['Transformer', 'Pooling', 'Dropout', 'Normalize'], { '1_Pooling/config.json': mean });
  expect(await headOf(root)).toEqual({ pooling: ['mean'], includePrompt: true, dense: [], normalize: true });
});

test('the folder comes before what is known, and that before what is assumed', async () => {
  const recognised = {
    model: { name: 'BGE', pattern: /bge/, pooling: 'cls', normalize: false },
    by: "the folder's name",
  } as const;
  const pooled = folder({ '1_Pooling/config.json': { pooling_mode: ['max', 'mean'] } });
  expect(await findHead(pooled, undefined, recognised)).toEqual({
    head: { pooling: ['max', 'mean'], includePrompt: true, dense: [], normalize: false },
    source: { kind: 'folder', name: '1_Pooling/config.json' },
  });
  const bare = folder({});
  expect(await findHead(bare, undefined, recognised)).toMatchObject({
    head: { pooling: ['cls'], normalize: false },
    source: { kind: 'known', name: "as BGE has it (by the folder's name)" },
  });
  expect((await findHead(bare, undefined, undefined)).source.kind).toBe('assumed');
});

test('a folder must start with an encoder or a table', () => {
  const module = (kind: string): Module => ({ kind, type: `sentence_transformers.models.${kind}`, folder: '/' });
  expect(() => refuseOtherStart('/m', [module('Router')])).toThrow(/queries and documents/);
  expect(() => refuseOtherStart('/m', [module('CLIPModel')])).toThrow(/CLIPModel/);
  for (const modules of [undefined, [], [module('Transformer')], [module('StaticEmbedding')]]) {
    expect(() => refuseOtherStart('/m', modules)).not.toThrow();
  }
});
