import { describe, expect, test } from 'vitest';
import type { Diagnosis, Finding } from '../doctor/index.js';
import type { HostFacts } from '../host/index.js';
import { formatDiagnosis } from './diagnosis-text.js';
import { plainStyle } from './style.js';

const diagnosis = (findings: readonly Finding[], more: Partial<Diagnosis> = {}): Diagnosis => ({
  ...{ version: '1.0.0', date: '2026-01-01T00:00:00Z', host: {} as HostFacts, usable: true },
  findings,
  ...more,
});
const ok: Finding = { id: 'cpus', status: 'ok', found: '8 CPUs.' };
const slow: Finding = { id: 'throttling', status: 'warning', found: 'Threads wait.', advice: 'Grant more CPUs.' };
const broken: Finding = { id: 'onnxruntime', status: 'problem', essential: true, found: 'It does not load.' };

const shown = (...args: Parameters<typeof diagnosis>) => formatDiagnosis(diagnosis(...args), plainStyle);

describe('formatDiagnosis', () => {
  test('lists findings, each with what to do', () => {
    expect(shown([ok, slow])).toBe(
      [
        ...['✓ 8 CPUs.', '! Threads wait.', '  → Grant more CPUs.', '', 'octavec works here, with 1 warning.', ''],
        ...['Next:', '  npx octavec bench <model folder or .onnx file>', ''],
      ].join('\n'),
    );
  });

  test.each<[string, readonly Finding[], string]>([
    ['nothing', [ok], 'octavec works here; nothing is wrong.'],
    ['one warning', [ok, slow], 'octavec works here, with 1 warning.'],
    ['several things', [broken, slow, slow], 'octavec works here, with 1 problem and 2 warnings.'],
  ])('sums up %s', (_, findings, sum) => {
    expect(shown(findings)).toContain(`\n${sum}\n`);
  });

  test('suggests nothing where octavec cannot work', () => {
    const text = shown([broken], { usable: false });
    expect(text).toContain('✗ It does not load.\n\noctavec cannot work here before this is put right.\n');
    expect(text).not.toContain('Next:');
  });

  test('suggests to measure the model that was tried', () => {
    expect(shown([ok], { model: 'my model.onnx' })).toContain("octavec bench 'my model.onnx'\n");
    expect(shown([ok], { model: 'all-MiniLM-L6-v2' })).toContain('octavec bench <model folder');
  });

  test('breaks long findings under their mark, and shows nothing that would command the terminal', () => {
    const found = `${'some words '.repeat(10)}\u001b[31mred`;
    const lines = formatDiagnosis(diagnosis([{ ...ok, found }]), { ...plainStyle, columns: 40 }).split('\n');
    expect(lines[0]).toMatch(/^✓ some words/);
    expect(lines[1]).toMatch(/^ {2}some words/);
    expect(Math.max(...lines.slice(0, 3).map(({ length }) => length))).toBeLessThanOrEqual(40);
    expect(lines.join('')).not.toContain('\u001b');
  });
});
