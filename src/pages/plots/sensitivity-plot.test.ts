import { describe, expect, test } from 'vitest';
import type { KnownSensitivity } from '../../pipeline/index.js';
import { layerTable } from '../layer-table.js';
import { sensitivityFigure } from './sensitivity-plot.js';

type Part = KnownSensitivity['parts'][number];

const part = (id: string, role: string, int8: number, more: Partial<Part> = {}): Part =>
  ({ id, role, chosen: 'int8', distance: { int8 }, measured: ['int8'], ...more }) as unknown as Part;

describe('the table of layers', () => {
  const parts = [
    part('0.q', 'query', 0.00012),
    part('1.q', 'query', 0.0123, { chosen: 'fp32' } as Partial<Part>),
    part('0.f', 'ffn-up', 0.0000005),
    part('1.f', 'ffn-up', 0.00099, { measured: [] } as Partial<Part>),
    part('w', 'embeddings', 0.5),
  ];
  const text = layerTable('m', parts)?.text ?? '';
  const rows = [...text.matchAll(/<tr><th scope="row">(\d+)<\/th>(.*?)<\/tr>/g)].map(([, layer, cells]) => [
    layer,
    [...cells.matchAll(/<td[^>]*>([^ ]*) /g)].map(([, figure]) => figure),
  ]);

  test('has a row for each layer, a column for each role that all layers have, in ten-thousandths', () => {
    expect(rows).toEqual([
      ['1', ['1.2', '&lt;0.01']],
      ['2', ['123', '≈9.9']],
    ]);
    expect(text).not.toContain('embeddings');
  });

  test('is darkest where most is lost', () => {
    const strengths = [...text.matchAll(/--strength: ([\d.]+)/g)].map(([, value]) => Number(value));
    expect(Math.max(...strengths)).toBe(strengths[2]);
    expect(Math.min(...strengths)).toBe(strengths[1]);
    expect(strengths.every((value) => value >= 0 && value <= 0.55)).toBe(true);
  });

  test.each([
    ['no parts', []],
    ['one layer alone', [part('a', 'query', 0.1)]],
    ['no precision that all have', [part('a', 'query', 0.1), part('b', 'query', 0, { distance: {} } as Partial<Part>)]],
  ])('is not drawn for %s', (_, some) => {
    expect(layerTable('m', some)).toBeUndefined();
  });

  test('is drawn where nothing is lost anywhere', () => {
    expect(layerTable('m', [part('a', 'q', 0), part('b', 'q', 0)])?.text).not.toMatch(/NaN|Infinity/);
  });
});

describe('what each role costs', () => {
  const known = {
    roles: [
      { role: 'ffn-<down>', distance: { int8: 0.001, q4: 0.01 } },
      { role: 'query', distance: { int8: 0 } },
    ],
    parts: [part('a', 'query', 0)],
  } as unknown as KnownSensitivity;
  const { text } = sensitivityFigure('m "x"', known);

  test('is a dot for each precision, further right the more it costs', () => {
    const dots = [...text.matchAll(/<circle class="mark" cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(dots).toHaveLength(3);
    expect(dots[0]).toBeLessThan(dots[1]);
    expect(dots[2]).toBeLessThan(dots[0]);
  });

  test('nothing lost is drawn, too, and names are escaped', () => {
    expect(text).not.toMatch(/="(NaN|-?Infinity)/);
    expect(text).toContain('ffn-&lt;down&gt;');
    expect(text).not.toContain('ffn-<down>');
  });
});
