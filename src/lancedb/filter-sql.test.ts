import { describe, expect, test } from 'vitest';
import { type Filter, parseFilter } from '../store/index.js';
import { filterSql } from './filter-sql.js';

const sql = (filter: string) => filterSql(parseFilter(filter));

describe('a filter in the SQL of LanceDB', () => {
  test.each([
    ['lang = "en"', "contains(fields, '\nlang\tten\n')"],
    ['lang != "en"', "(NOT contains(fields, '\nlang\tten\n'))"],
    ['not lang = "en"', "NOT contains(fields, '\nlang\tten\n')"],
    ['not not lang = "en"', "contains(fields, '\nlang\tten\n')"],
    ['draft = true', "contains(fields, '\ndraft\tb1\n')"],
    ['lang exists', "contains(fields, '\nlang\t')"],
    [`lang = "it's"`, "contains(fields, '\nlang\ttit''s\n')"],
    ['lang in ("en", "de")', "regexp_like(fields, '\\x{a}lang\\x{9}(?:ten|tde)\\n')"],
    ['lang in ("en")', "contains(fields, '\nlang\tten\n')"],
    ['lang like "e%"', "regexp_like(fields, '\\x{a}lang\\x{9}te(?:[^\\x08\\n]|\\x08.)*\\n')"],
    ['draft > false', "regexp_like(fields, '\\x{a}draft\\x{9}b(?:0[^\\n]+|[^\\n\\x{0}-\\x{30}][^\\n]*)\\n')"],
    ['lang < ""', 'false'],
  ])('%s', (filter, expected) => {
    expect(sql(filter)).toBe(expected);
  });

  test.each([
    ['document = "it\'s"', "(document = 'it''s')"],
    ['document >= "b"', "(document >= 'b')"],
    ['document in ("a", 1, "b")', "(document IN ('a', 'b'))"],
    ['document in (1)', 'false'],
    ['document = 1', 'false'],
    ['document != 1', 'true'],
    ['document exists', 'true'],
    ['document like "a\\\\%"', "(document LIKE 'a\\\\%')"],
  ])('the document has a column of its own: %s', (filter, expected) => {
    expect(sql(filter)).toBe(expected);
  });

  test('and, or and not are put together without needless parentheses', () => {
    expect(sql('document = "a" and not (document = "b" or document = "c")')).toBe(
      "((document = 'a') AND (NOT (document = 'b') AND NOT (document = 'c')))",
    );
    expect(filterSql({ kind: 'and', of: [] })).toBe('true');
    expect(filterSql({ kind: 'or', of: [] })).toBe('false');
    expect(filterSql({ kind: 'not', of: { kind: 'or', of: [] } })).toBe('true');
    expect(filterSql({ kind: 'in', field: 'a', values: [] })).toBe('false');
  });
});

/** How deep its parentheses stand. */
function depthOf(condition: string): number {
  let [depth, deepest] = [0, 0];
  for (const sign of condition.replace(/'(?:[^']|'')*'/g, '')) {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

describe('what LanceDB cannot read', () => {
  const leaf: Filter = { kind: 'exists', field: 'a' };

  test('a chain of thousands becomes a flat tree', () => {
    const of = Array.from({ length: 5000 }, (): Filter => leaf);
    expect(depthOf(filterSql({ kind: 'or', of }))).toBeLessThan(20);
    const nested = of.slice(0, 500).reduce<Filter>((all, one) => ({ kind: 'and', of: [all, one] }), leaf);
    expect(depthOf(filterSql(nested))).toBeLessThan(20);
  });

  test('many values are asked for in a few regular expressions', () => {
    const values = Array.from({ length: 5000 }, (_, i) => `value ${i}`);
    const condition = filterSql({ kind: 'in', field: 'a', values });
    // 53,890 characters, 10,000 at once.
    expect(condition.split('regexp_like')).toHaveLength(7);
    expect(filterSql({ kind: 'in', field: 'a', values: ['x'.repeat(20_000), 'y'] })).toContain('contains(fields');
  });

  test('nesting without end is refused', () => {
    const deep = (levels: number): Filter =>
      levels === 0 ? leaf : { kind: levels % 2 === 0 ? 'and' : 'or', of: [leaf, deep(levels - 1)] };
    expect(depthOf(filterSql(deep(19)))).toBeLessThanOrEqual(40);
    expect(() => filterSql(deep(60))).toThrow('nested more than 40 deep');
  });

  test.each(['like', '<'])('a text of thousands of characters behind %s is refused', (operator) => {
    expect(() => sql(`a ${operator} "${'x'.repeat(1001)}"`)).toThrow('a text of 1001 characters');
    expect(sql(`a ${operator} "${'x'.repeat(1000)}"`)).toContain('regexp_like');
    expect(sql(`a = "${'x'.repeat(5000)}"`)).toContain('contains');
  });
});
