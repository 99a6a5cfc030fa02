import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { makeTinyFolder } from '../../test/support/tiny-folder.js';
import { nameTemplate } from '../model/index.js';
import { placeOf } from './place.js';
import { planPush } from './plan-push.js';
import { push } from './push.js';

let root: string;
let folder: string;
let onnx: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-push-test-'));
  folder = join(root, 'tiny');
  onnx = makeTinyFolder(folder, 'bert');
  // What is staged lies here, so that a test sees whether it is gone.
  vi.stubEnv('TMPDIR', join(root, 'tmp'));
  mkdirSync(join(root, 'tmp'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const template = nameTemplate('{family}[-{precision}].onnx');
const model = () => ({ name: folder, source: 'path' as const, original: folder, notes: [] });
const plan = (variant?: string) =>
  planPush(model(), { place: placeOf({ to: '/models' }), staging: join(root, 'tmp'), template, variant });
const evidencePath = () => onnx.replace(/\.onnx$/, '.evidence.json');
const prove = (evidence: object) => writeFileSync(evidencePath(), JSON.stringify(evidence));

test('a dry run says what would be sent, asks no device, and leaves nothing', async () => {
  vi.stubEnv('ADB_SERVER_SOCKET', 'not understood');
  const notes: string[] = [];
  const outcome = await push([model()], { to: '/models/', template, dryRun: true, onNote: (note) => notes.push(note) });
  expect(outcome).toMatchObject({
    folder: '/models',
    files: ['tiny.tokenizer.json', 'tiny.json', 'tiny.onnx'],
    devices: [],
  });
  expect(outcome.models.map(({ id }) => id)).toEqual(['tiny']);
  expect(notes).toEqual([expect.stringMatching(/is not proven: it has no evidence$/)]);
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
});

test('without a dry run the same asks for a device, and leaves nothing either', async () => {
  vi.stubEnv('ADB_SERVER_SOCKET', 'not understood');
  await expect(push([model()], { to: '/models', template })).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
});

test('two models of the same name are refused before any device is asked', async () => {
  await expect(push([model(), model()], { to: '/models', template, dryRun: true })).rejects.toThrow(
    /Two models would be called tiny\.tokenizer\.json on the device\. Push them one at a time/,
  );
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
});

test('a model that its gate refused stays here', async () => {
  const verdict = { passed: false, gate: 'strict', failures: [], undecided: [], notMeasured: [] };
  prove(soundEvidence({}, { verdict } as never));
  await expect(plan()).rejects.toMatchObject({ code: 'GATE_REFUSED', details: { path: onnx } });
});

test('a proven model brings its evidence, and its width stands in that', async () => {
  prove(soundEvidence({ width: 48 }));
  const { files, notes, model: planned } = await plan();
  expect(files.map(({ name }) => name)).toEqual([
    'tiny.tokenizer.json',
    'tiny.json',
    'tiny.evidence.json',
    'tiny.onnx',
  ]);
  expect(files[2].source).toBe(evidencePath());
  expect(planned.dimensions).toBe(48);
  expect(notes).toEqual([]);
});

test('evidence that cannot be read is none', async () => {
  writeFileSync(evidencePath(), '{"schema": 99}');
  expect((await plan()).notes).toEqual([expect.stringContaining('is not proven')]);
});

test('a place that is none is refused before a model is looked at', async () => {
  const missing = { ...model(), original: join(root, 'nothing') };
  await expect(push([missing], { template })).rejects.toThrow('It is not said where on the device');
  await expect(push([missing], { to: '/models', template, dryRun: true })).rejects.toMatchObject({
    code: expect.stringMatching(/NOT_FOUND|USAGE/),
  });
});
