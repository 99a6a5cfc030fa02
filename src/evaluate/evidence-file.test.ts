import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { evidencePath, readEvidence, writeEvidence } from './evidence-file.js';
import { judge } from './gate.js';
import { gatePresets } from './gate-presets.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-evidence-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('evidence comes back as it was written', async () => {
  const evidence = { ...soundEvidence(), verdict: judge(soundEvidence(), gatePresets.int8) };
  const path = evidencePath(join(folder, 'model_int8.onnx'));
  expect(path).toBe(join(folder, 'model_int8.evidence.json'));
  await writeEvidence(path, evidence);
  expect(await readEvidence(path)).toEqual(evidence);
  expect(await readFile(path, 'utf8')).toContain('"cosines": [0.9669,0.993,0.999]');
});

test('NaN and infinities come back as NaN and fail the gate', async () => {
  const broken = soundEvidence({
    cosine: { mean: Number.NaN, p50: 1, p1: 1, min: 1 },
    relativeL2: { mean: Number.POSITIVE_INFINITY, max: 1 },
  });
  const path = join(folder, 'broken.evidence.json');
  await writeEvidence(path, { ...broken, verdict: judge(broken, gatePresets.int8) });
  const read = await readEvidence(path);
  expect(read.fidelity.cosine.mean).toBeNaN();
  expect(read.fidelity.relativeL2.mean).toBeNaN();
  expect(judge(read, gatePresets.int8).failures.map(({ metric }) => metric)).toEqual(['cosineMean']);
});

test.each([
  ['{"schema": 2}', 'CONFIG_INVALID'],
  ['not JSON', 'CONFIG_INVALID'],
  [JSON.stringify({ ...soundEvidence(), fidelity: { texts: -1 } }), 'CONFIG_INVALID'],
])('refuses %.20s', async (content, code) => {
  const path = join(folder, 'bad.evidence.json');
  await writeFile(path, content);
  await expect(readEvidence(path)).rejects.toMatchObject({ code });
  await expect(readEvidence(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
});
