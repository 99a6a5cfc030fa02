import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sqlTest } from '../../test/support/lance-sql.js';
import { comparisons, type Filter, filterTest } from '../store/index.js';
import { fieldText } from './field-text.js';
import { filterSql } from './filter-sql.js';

const fields = fc.constantFrom('a', 'b', "it's", 'document', 'a\tb\n', '.*', '__proto__');
const texts = fc.constantFrom(
  '',
  'x',
  'xy',
  'X',
  "o'o",
  '%',
  '_',
  '\\',
  '1',
  'x\ny',
  '\t',
  '\b',
  '\bi',
  'i',
  'ü',
  '😀',
);
const numbers = fc.constantFrom(-0, 0, 1, -1, 0.5, 1e300, -1e300, 5e-324);
const values = fc.oneof(texts, numbers, fc.boolean());
const metadata = fc.dictionary(fields, fc.oneof(values, fc.array(texts, { maxLength: 3 })), { maxKeys: 4 });
const patterns = fc.array(fc.oneof(fc.constantFrom('%', '_'), texts), { maxLength: 4 }).map((parts) => parts.join(''));
const { filters } = fc.letrec<{ filters: Filter }>((tie) => ({
  filters: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('compare'),
      field: fields,
      operator: fc.constantFrom(...comparisons),
      value: values,
    }),
    fc.record({ kind: fc.constant('in'), field: fields, values: fc.array(values, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('like'), field: fields, pattern: patterns }),
    fc.record({ kind: fc.constant('exists'), field: fields }),
    fc.record({ kind: fc.constantFrom('and', 'or'), of: fc.array(tie('filters'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not'), of: tie('filters') }),
  ) as fc.Arbitrary<Filter>,
}));

test('the SQL of a filter is true of the documents that pass it', () => {
  fc.assert(
    fc.property(filters, texts, metadata, (filter, document, known) => {
      const row = { document, fields: fieldText(known) };
      expect(sqlTest(filterSql(filter))(row)).toBe(filterTest(filter)(document, known));
    }),
    { numRuns: 300 },
  );
});

test.each<[string, Filter, boolean]>([
  ['an item of a list', { kind: 'compare', field: 'tags', operator: '=', value: 'b' }, true],
  ['two items that together are the value', { kind: 'compare', field: 'tags', operator: '=', value: 'a\nb' }, false],
  ['an empty list is there', { kind: 'exists', field: 'none' }, true],
  ['an empty list has no item', { kind: 'like', field: 'none', pattern: '%' }, false],
  ['a number is not its text', { kind: 'compare', field: 'year', operator: '=', value: '2020' }, false],
  ['a field whose name goes on', { kind: 'exists', field: 'yea' }, false],
  ['a number below infinity', { kind: 'compare', field: 'year', operator: '<', value: Number.POSITIVE_INFINITY }, true],
  ['1 is not true', { kind: 'compare', field: 'one', operator: '=', value: true }, false],
  ['the id by a pattern', { kind: 'like', field: 'document', pattern: 'docs/%.md' }, true],
  ['an underscore of the id is any sign', { kind: 'like', field: 'document', pattern: 'docs_a.md' }, true],
  ['no pattern of regular expressions', { kind: 'like', field: 'lang', pattern: 'e.' }, false],
])('%s', (_, filter, expected) => {
  const known = { lang: 'en', tags: ['a', 'b'], none: [], year: 2020, one: 1 };
  expect(filterTest(filter)('docs/a.md', known)).toBe(expected);
  expect(sqlTest(filterSql(filter))({ document: 'docs/a.md', fields: fieldText(known) })).toBe(expected);
});
