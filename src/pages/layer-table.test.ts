import { describe, expect, test } from 'vitest';
import { layerTable } from './layer-table.js';

type Parts = Parameters<typeof layerTable>[1];
type Part = Parts[number];

const part = (role: string, layer: number, int8: number, more: Partial<Part> = {}): Part => ({
  id: `layer.${layer}.${role}`,
  role,
  parameters: 100,
  distance: { int8, q4: 10 * int8 },
  measured: ['int8'],
  chosen: 'int8',
  ...more,
});

/** Cells of the rows: a layer's number, then figure and precision of each role. */
function rowsOf(parts: Parts): string[][] {
  const text = layerTable('model_auto', parts)?.text ?? '';
  return (text.match(/<tr>.*?<\/tr>/gs) ?? []).map((row) =>
    (row.match(/<t[hd][^>]*>.*?<\/t[hd]>/gs) ?? []).map((cell) => cell.replaceAll(/<[^>]+>/g, '')),
  );
}

describe('the table of layers', () => {
  const parts = [
    part('q', 0, 0.000123),
    part('ffn-down', 0, 0.00995, { chosen: 'q8' }),
    part('q', 1, 0.0000004, { measured: [] }),
    part('ffn-down', 1, 0.00001, { measured: [], chosen: 'q4' }),
    part('embeddings', 0, 0.5),
  ];

  test('has layers down, roles across, and leaves out what not every layer has', () => {
    expect(rowsOf(parts)).toEqual([
      ['layer', 'q', 'ffn-down'],
      ['1', '1.2 int8', '100 q8'],
      ['2', '&lt;0.01 int8', '≈0.1 q4'],
    ]);
  });

  test('is the darker the more a layer costs', () => {
    const strengths = [...(layerTable('m', parts)?.text ?? '').matchAll(/--strength: ([\d.]+)/g)].map(([, value]) =>
      Number(value),
    );
    // Row by row: q of the first, ffn-down of the first, q of the second, ffn-down of the second.
    expect(strengths[1]).toBe(0.55);
    expect(strengths[1]).toBeGreaterThan(strengths[0]);
    expect(strengths[0]).toBeGreaterThan(strengths[3]);
    expect(strengths[2]).toBe(0);
  });

  test('shows layers that all cost the same, or nothing', () => {
    const same = [part('q', 0, 0), part('q', 1, 0)];
    expect(rowsOf(same)[1]).toEqual(['1', '&lt;0.01 int8']);
    expect(layerTable('m', same)?.text).not.toContain('NaN');
  });

  test('is left out where there is one layer, or a precision was not looked at everywhere', () => {
    expect(layerTable('m', [part('q', 0, 1)])).toBeUndefined();
    expect(layerTable('m', [])).toBeUndefined();
    expect(layerTable('m', [part('q', 0, 1), part('q', 1, 1, { distance: { fp16: 0 } })])).toBeUndefined();
  });

  test('goes by 4 bits where 8 were not looked at', () => {
    const narrow = [
      part('q', 0, 1, { distance: { q4: 0.001 }, measured: ['q4'] }),
      part('q', 1, 1, { distance: { q4: 0.002 } }),
    ];
    expect(layerTable('m', narrow)?.text).toContain('alone in q4');
    expect(rowsOf(narrow)[1]).toEqual(['1', '10 int8']);
  });

  test('escapes names', () => {
    const odd = [part('<b>', 0, 1), part('<b>', 1, 1)];
    expect(layerTable('<i>', odd)?.text).not.toMatch(/<b>|<i>/);
  });
});
