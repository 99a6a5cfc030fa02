import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatePresets, verificationTexts } from '#rooms/evaluate';
import { q8 } from '#rooms/methods';
import { quantize } from '#rooms/pipeline';
import {
  type Candidate,
  fileGate,
  judged,
  measureSpeed,
  openCandidate,
  openOriginal,
  openProof,
  prove,
} from '#rooms/proof';
import { makeTinyFolder } from './support/tiny-folder.js';

let root: string;
let model: string;
let texts: readonly string[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'octavec-proof-'));
  model = join(root, 'tiny');
  makeTinyFolder(model, 'bert');
  texts = (await verificationTexts()).filter(({ length }) => length < 80).slice(0, 12);
  await quantize(model, { to: [q8()], texts: { texts, source: 'some' }, calibration: false });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const variant = () => join(model, 'onnx/model_q8.onnx');

test('an original is embedded once, and every candidate is held against it', async () => {
  await using original = await openOriginal(model);
  const proof = await openProof(original, { texts: { texts, source: 'some' } });
  expect([proof.vectors.rows, proof.vectors.columns, proof.taskResults]).toEqual([texts.length, 64, []]);
  const itself = await prove(proof, await openCandidate(join(model, 'onnx/model.onnx'), { name: 'itself' }));
  expect(itself.fidelity.cosine.min).toBeCloseTo(1, 6);
  expect(itself.file).toMatchObject({ name: 'itself', sha256: original.identity.sha256, precision: 'fp32' });

  const candidate: Candidate = await openCandidate(variant(), { like: original.files });
  const measured = await prove(proof, candidate);
  expect(measured.file).toMatchObject({ name: 'onnx/model_q8.onnx', precision: '8-bit weights' });
  expect(measured.texts).toMatchObject({ count: texts.length, source: 'some', original: proof.reading });
  expect(measured.fidelity.cosine.min).toBeGreaterThan(0.99);
  expect(measured.fidelity.cosine.min).toBeLessThan(1);
  const gate = fileGate(candidate, measured, {});
  expect(gate).toBe(gatePresets.q8);
  expect(judged(measured, gate).verdict).toMatchObject({ gate: 'q8', passed: true });

  const shared = await prove(proof, { ...candidate, readsAsOriginal: true });
  expect(shared.texts).not.toHaveProperty('original');
});

test('speed is measured side by side, and each figure stands with its candidate', async () => {
  await using original = await openOriginal(model);
  const proof = await openProof(original, { texts: { texts, source: 'some' }, threads: 1 });
  const candidates = [await openCandidate(variant()), await openCandidate(join(model, 'onnx/model.onnx'))];
  const proven = [];
  for (const candidate of candidates) {
    proven.push({ candidate, measured: await prove(proof, candidate) });
  }
  const speed = await measureSpeed(proof, proven);
  expect(speed.original.name).toBe('original');
  expect(speed.measured.map(({ file }) => file.name)).toEqual(['onnx/model_q8.onnx', 'onnx/model.onnx']);
  for (const { run, originalRun } of speed.measured) {
    expect(run?.textsPerSecond).toBeGreaterThan(0);
    expect(originalRun?.textsPerSecond).toBe(speed.original.textsPerSecond);
  }
});

test('vectors are kept where that is wanted, and are the same from there', async () => {
  const cache = { folder: join(root, 'vectors') };
  const options = { texts: { texts, source: 'some' }, cache };
  await using original = await openOriginal(model);
  const plain = await openProof(original, options);
  expect(() => readdirSync(cache.folder)).toThrow('ENOENT');
  const kept = await openProof(original, { ...options, keepsVectors: true });
  expect(readdirSync(cache.folder)).toHaveLength(1);
  const again = await openProof(original, { ...options, keepsVectors: true });
  expect(kept.vectors.data).toEqual(plain.vectors.data);
  expect(again.vectors.data).toEqual(plain.vectors.data);
});

test('a model that does not run is told before any candidate is looked at', async () => {
  await using original = await openOriginal(model);
  const broken = { ...original, runnable: { ...original.runnable, onnxPath: join(root, 'none.onnx') } };
  await expect(openProof(broken, { texts: { texts, source: 'some' } })).rejects.toMatchObject({ name: 'OctavecError' });
});
