import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Mix, MixPart, MixPrecision } from '../../quantize/index.js';
import { MeasurementFile } from './measurement-file.js';
import type { MixLaboratory, Run } from './mix-laboratory.js';
import { readSensitivity } from './read-sensitivity.js';
import { measureSensitivities } from './sensitivity.js';
import type { SearchFindings } from './sensitivity-report.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-sensitivities-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Angles in radians that a part in 4 and in 8 bits turns every vector by; other precisions turn nothing. */
const angles: Readonly<Record<string, number>> = { a1: 0.02, a2: 0.04, b1: 0.3, b2: 0.1, table: 0.05 };
const part = (id: string, role: MixPart['role']): MixPart => ({
  ...{ id, role, parameters: 10, multiplications: 10 },
  bytes: { q4: 5, int8: 10, q8: 11, fp16: 20, fp32: 40 },
});
const parts = [
  part('a1', 'q'),
  part('a2', 'q'),
  part('b1', 'ffn-up'),
  part('b2', 'ffn-up'),
  part('table', 'embeddings'),
];
const turning: Partial<Record<MixPrecision, number>> = { q4: 1, int8: 0.1 };

/** A laboratory that turns vectors in place of running a model. Rounding errors of parts add up as squares. */
function laboratory() {
  const runs: { mix: Mix; count?: number }[] = [];
  const run = async (mix: Mix, count?: number): Promise<Run> => {
    runs.push({ mix, count });
    const squares = [...mix].reduce((sum, [id, precision]) => sum + (angles[id] * (turning[precision] ?? 0)) ** 2, 0);
    const rows = Math.min(200, count ?? 200);
    const angle = Math.sqrt(squares);
    const data = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)));
    return {
      texts: { data, rows, columns: 2 },
      cuttings: { data: new Float32Array(), rows: 0, columns: 2 },
      seconds: 2,
    };
  };
  return { runs, laboratory: { run } as unknown as MixLaboratory, run };
}
const distance = (angle: number) => 1 - Math.cos(angle);

async function measured(name: string, used: Partial<Record<MixPrecision, number>>, timed = false) {
  const { runs, laboratory: lab, run } = laboratory();
  const file = await MeasurementFile.open(join(folder, `${name}.json`), 'source', 'conditions');
  const reference = await run(new Map());
  runs.length = 0;
  const judge = async (mix: Mix) => ({ bytes: 100, usedAllowance: used[[...mix.values()][0]] ?? 0 });
  const stages: string[] = [];
  const found = await measureSensitivities(
    { laboratory: lab, parts, file, reference, judge, timed },
    { onProgress: ({ stage }) => stages.push(stage) },
  );
  return { found, runs, stages: [...new Set(stages)] };
}

describe('what parts cost is measured', () => {
  test('in all precisions alone, where none of them matters', async () => {
    const { found, runs, stages } = await measured('calm', {});
    expect(runs.map(({ mix }) => [...new Set(mix.values())])).toEqual([['q4'], ['int8'], ['q8'], ['fp16']]);
    expect(runs.every(({ mix, count }) => mix.size === parts.length && count === 128)).toBe(true);
    expect(stages).toEqual(['Measuring precisions']);
    const whole = Math.sqrt(Object.values(angles).reduce((sum, angle) => sum + angle ** 2, 0));
    expect(found.uniform.map(({ precision }) => precision)).toEqual(['q4', 'int8', 'q8', 'fp16']);
    expect(found.uniform[0].distance).toBeCloseTo(distance(whole), 6);
    // Nobody looked closer: an equal share of it for each.
    expect(found.parts.every((one) => Math.abs((one.distance.q4 ?? 0) - distance(whole) / 5) < 1e-6)).toBe(true);
    expect(found.parts.every(({ measured: precisions }) => precisions.length === 0)).toBe(true);
  });

  test('role by role where a precision matters, and part by part where a role is decisive', async () => {
    const { found, runs, stages } = await measured('close', { q4: 1.2, int8: 0.05 });
    expect(stages).toEqual(['Measuring precisions', 'Measuring roles', 'Measuring layers']);
    const looks = runs.slice(4).map(({ mix, count }) => `${[...mix.keys()].join(' ')} ${count}`);
    expect(looks).toEqual(['a1 a2 128', 'b1 b2 128', 'table 128', 'b1 64', 'b2 64']);
    expect(runs.slice(4).every(({ mix }) => [...mix.values()].every((precision) => precision === 'q4'))).toBe(true);
    const byId = Object.fromEntries(found.parts.map((one) => [one.id, one]));
    expect([byId.b1.measured, byId.a1.measured]).toEqual([['q4'], []]);
    expect(byId.b1.distance.q4 ?? 0).toBeCloseTo(distance(0.3), 3);
    expect((byId.b1.distance.q4 ?? 0) + (byId.b2.distance.q4 ?? 0)).toBeCloseTo(distance(Math.hypot(0.3, 0.1)), 6);
    expect(byId.a1.distance.q4).toBe(byId.a2.distance.q4);
    expect(found.roles).toMatchObject([
      { role: 'q', parts: 2, parameters: 20 },
      { role: 'ffn-up', parts: 2 },
      { role: 'embeddings', parts: 1, parameters: 10 },
    ]);
    expect(Object.keys(found.roles[0].distance)).toEqual(['q4']);
  });

  test('once: what the file knows is not measured again', async () => {
    await measured('kept', { q4: 1.2 });
    const { runs } = await measured('kept', { q4: 1.2 });
    expect(runs).toHaveLength(4);
  });

  test('in turns three times, where time counts', async () => {
    const { found, runs } = await measured('timed', {}, true);
    expect(runs.map(({ mix }) => [...mix.values()][0]).join(' ')).toBe(new Array(3).fill('q4 int8 q8 fp16').join(' '));
    expect(found.uniform.every(({ seconds }) => seconds === 2)).toBe(true);
  });
});

describe('a report beside a variant', () => {
  const findings = {
    roles: [{ role: 'q', parts: 2, parameters: 20, distance: { q4: 0.5 } }],
    parts: [{ id: 'a', role: 'q', parameters: 10, distance: { int8: 0 }, measured: ['int8'], chosen: 'fp32' }],
  };

  test('is read as far as it says what parts cost', async () => {
    const variant = join(folder, 'model_auto.onnx');
    const file = await MeasurementFile.open(join(folder, 'model_auto.sensitivity.json'), 's', 'c');
    expect(await readSensitivity(variant)).toBeUndefined();
    await file.add({ subject: 'role q', precision: 'q4', texts: 128, distance: 0.5 });
    // A search that has not ended has measurements alone.
    expect(await readSensitivity(variant)).toBeUndefined();
    await file.finish(findings as unknown as SearchFindings);
    expect(await readSensitivity(variant)).toEqual(findings);
  });

  test.each([
    ['', 'empty'],
    ['{', 'cut off'],
    ['null', 'nothing'],
    [JSON.stringify({ findings: { roles: [] } }), 'without parts'],
    [JSON.stringify({ findings: { ...findings, roles: [{ ...findings.roles[0], distance: { q4: -1 } }] } }), 'below 0'],
    [JSON.stringify({ findings: { ...findings, parts: [{ ...findings.parts[0], chosen: 'int7' }] } }), 'of int7'],
  ])('that is damaged is none: %#', async (text, name) => {
    writeFileSync(join(folder, `${name}.sensitivity.json`), text);
    expect(await readSensitivity(join(folder, `${name}.onnx`))).toBeUndefined();
  });
});
