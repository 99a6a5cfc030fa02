import { expect, test } from 'vitest';
import { parseFilter } from '../store/index.js';
import { filterSql, Parameters } from './filter-sql.js';

test('fields and values become parameters, whatever they are', () => {
  const parameters = new Parameters('before');
  const sql = filterSql(
    parseFilter('`a\'; DROP TABLE b` >= "$1\' OR true" and not (document like "x\'%")'),
    parameters,
  );
  expect(parameters.values).toEqual(['before', "a'; DROP TABLE b", `"$1' OR true"`, "x'%"]);
  expect(sql).toBe(
    "(COALESCE(jsonb_path_exists((d.metadata -> $2::text), '$[*] ? (@ >= $value)', jsonb_build_object('value', $3::jsonb)), false) AND " +
      '(NOT EXISTS (SELECT FROM jsonb_path_query(to_jsonb(d.id), \'$[*] ? (@.type() == "string")\') AS item ' +
      "WHERE item #>> '{}' LIKE $4 ESCAPE '')))",
  );
});

test('nothing of nothing is false, all of nothing true', () => {
  const sql = (kind: 'and' | 'or') => filterSql({ kind, of: [] }, new Parameters());
  expect([sql('and'), sql('or')]).toEqual(['true', 'false']);
  expect(filterSql({ kind: 'in', field: 'a', values: [] }, new Parameters())).toBe('(false)');
});
