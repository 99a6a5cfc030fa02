import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { soundEvidence } from '../../../test/support/evidence.js';
import { makeTinyFolder } from '../../../test/support/tiny-folder.js';
import { servedModels } from './models.js';
import type { ServeSettings } from './settings.js';

let folder: string;
let first: string;
let second: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-served-'));
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  first = join(folder, 'first');
  second = join(folder, 'second');
  makeTinyFolder(first, 'bert');
  makeTinyFolder(second, 'bert');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const served = async (given: readonly string[], settings: ServeSettings = {}) =>
  (await servedModels(given, settings)).models.map(({ name, id, aliases }) => ({ name, id, aliases }));

test('models of folders have the names of their folders, files their own', async () => {
  expect(await served([first, `${second}/`])).toEqual([
    { name: 'first', id: 'first', aliases: [] },
    { name: 'second', id: 'second', aliases: [] },
  ]);
  expect(await served([join(first, 'onnx/model.onnx')])).toMatchObject([{ name: 'model' }]);
});

test('two models of one name are refused: requests could ask for one alone', async () => {
  const twin = join(folder, 'other', 'first');
  makeTinyFolder(twin, 'bert');
  await expect(servedModels([first, twin], {})).rejects.toMatchObject({
    ...{ code: 'USAGE', message: expect.stringMatching(/^Two models are called "first"\. .*rename one/) },
  });
});

test('what files are watched is told', async () => {
  expect((await servedModels([first, second], {})).onnxPaths).toEqual([
    join(first, 'onnx/model.onnx'),
    join(second, 'onnx/model.onnx'),
  ]);
});

test('other names are those of flags and of the configuration, each for its model', async () => {
  const settings = { alias: ['text-embedding-3-small=second'], aliases: { house: 'first' } };
  expect(await served([first, second], settings)).toEqual([
    { name: 'first', id: 'first', aliases: ['house'] },
    { name: 'second', id: 'second', aliases: ['text-embedding-3-small'] },
  ]);
});

test('--served-model-name is of the first alone, which keeps its other names', async () => {
  expect(await served([first, second], { servedModelName: 'ours', alias: ['x=first'] })).toEqual([
    { name: 'ours', id: 'first', aliases: ['first', 'x'] },
    { name: 'second', id: 'second', aliases: [] },
  ]);
});

test.each([['x=third'], ['x'], ['=first,'], ['x=']])('an alias that leads nowhere is refused: %s', async (alias) => {
  await expect(servedModels([first], { alias: [alias] })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/is no name for a model that is served\. Served are: first\.$/),
  });
});

test('a variant that its gate refused is served with --force alone', async () => {
  const failure = { metric: 'cosineP1', figure: 0.5, limit: 0.97, message: 'cosineP1 is 0.5, the limit 0.97' } as const;
  const verdict = { gate: 'int8', passed: false, failures: [failure], undecided: [], notMeasured: [] };
  const evidence = soundEvidence({}, { verdict });
  writeFileSync(join(first, 'onnx/model.evidence.json'), JSON.stringify(evidence));
  await expect(servedModels([first], {})).rejects.toMatchObject({ code: 'GATE_REFUSED' });
  expect(await served([first], { force: true })).toHaveLength(1);
});

test('what is wrong is said before anything is served', async () => {
  await expect(servedModels([first, join(folder, 'third')], {})).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(servedModels([first], { variant: 'int8' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await expect(servedModels([first], { defaultPromptName: 'query' })).rejects.toMatchObject({ code: 'PROMPT_UNKNOWN' });
});

test('the prompt of the server counts where a request names none', async () => {
  const { models } = await servedModels([first], { defaultPrompt: 'query: ' });
  const { prompts, defaultPrompt } = await models[0].open();
  expect(prompts[defaultPrompt as string]).toBe('query: ');
});

test.each<[string, object, string | undefined]>([
  ['names one class', { id2label: { 0: 'relevant' } }, 'rerank'],
  ['names three classes', { id2label: { 0: 'a', 1: 'b', 2: 'c' } }, 'classify'],
  ['names none', {}, 'classify'],
  ['gives embeddings', { architectures: ['BertModel'] }, undefined],
])('a model whose configuration %s is served for it', async (_, changes, task) => {
  rmSync(join(first, 'modules.json'));
  rmSync(join(first, '1_Pooling'), { recursive: true });
  const path = join(first, 'config.json');
  const config = { ...JSON.parse(readFileSync(path, 'utf8')), architectures: ['BertForSequenceClassification'] };
  writeFileSync(path, JSON.stringify({ ...config, ...changes }));
  const { models } = await servedModels([first], {});
  expect((await models[0].open()).task).toBe(task);
});

test('an embedding model that was made of a classifier gives vectors', async () => {
  const path = join(first, 'config.json');
  const config = { ...JSON.parse(readFileSync(path, 'utf8')), architectures: ['BertForSequenceClassification'] };
  writeFileSync(path, JSON.stringify(config));
  const { models } = await servedModels([first], {});
  expect((await models[0].open()).task).toBeUndefined();
});

test.each<[string, ServeSettings, string]>([
  ['an alias of another model', { alias: ['second=first'] }, 'Two models are called "second"'],
  ['the name of the server', { servedModelName: 'second' }, 'Two models are called "second"'],
  ['an alias as the server is called', { servedModelName: 'ours', alias: ['ours=second'] }, 'called "ours"'],
])('no model takes the name of another: %s', async (_, settings, said) => {
  await expect(servedModels([first, second], settings)).rejects.toMatchObject({
    ...{ code: 'USAGE', message: expect.stringContaining(said) },
  });
});

test('an alias is of one model: what a flag says wins, and its own name is none', async () => {
  const settings = { alias: ['house=second', 'first=first'], aliases: { house: 'first' } };
  expect(await served([first, second], settings)).toEqual([
    { name: 'first', id: 'first', aliases: [] },
    { name: 'second', id: 'second', aliases: ['house'] },
  ]);
});

test.each(['=first', 'x=first=second', '='])('the alias "%s" is none', async (alias) => {
  await expect(servedModels([first, second], { alias: [alias] })).rejects.toMatchObject({ code: 'USAGE' });
});
