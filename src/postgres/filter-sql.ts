import type { Comparison, Filter, FilterValue } from '../store/index.js';

/** Values that an SQL text refers to by their numbers. Nothing of a filter ever becomes a part of the text itself. */
export class Parameters {
  readonly values: unknown[] = [];

  constructor(...values: unknown[]) {
    this.values.push(...values);
  }

  /** Adds a parameter, and returns its place in the statement, such as "$3". */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** Paths of SQL/JSON: a list passes if one of its items does, and values of different types compare with nothing, as in filters. */
const paths: Readonly<Record<Exclude<Comparison, '!='>, string>> = {
  '=': '$[*] ? (@ == $value)',
  '<': '$[*] ? (@ < $value)',
  '<=': '$[*] ? (@ <= $value)',
  '>': '$[*] ? (@ > $value)',
  '>=': '$[*] ? (@ >= $value)',
};

/**
 * Writes a filter as a condition of SQL on documents `d`: true or false, never null.
 *
 * @param parameters takes the values
 */
export function filterSql(filter: Filter, parameters: Parameters): string {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.of.map((part) => filterSql(part, parameters));
      return parts.length === 0 ? `${filter.kind === 'and'}` : `(${parts.join(` ${filter.kind.toUpperCase()} `)})`;
    }
    case 'not':
      return `(NOT ${filterSql(filter.of, parameters)})`;
    case 'exists':
      return `(${fieldSql(filter.field, parameters)} IS NOT NULL)`;
    case 'in':
      return `(${filter.values.map((value) => compares('=', filter.field, value, parameters)).join(' OR ') || 'false'})`;
    case 'like':
      return `EXISTS (SELECT FROM jsonb_path_query(${fieldSql(filter.field, parameters)}, '$[*] ? (@.type() == "string")') AS item WHERE item #>> '{}' LIKE ${parameters.add(filter.pattern)} ESCAPE '')`;
    default:
      return filter.operator === '!='
        ? `(NOT ${compares('=', filter.field, filter.value, parameters)})`
        : compares(filter.operator, filter.field, filter.value, parameters);
  }
}

function compares(
  operator: Exclude<Comparison, '!='>,
  field: string,
  value: FilterValue,
  parameters: Parameters,
): string {
  const known = fieldSql(field, parameters);
  const variables = `jsonb_build_object('value', ${parameters.add(JSON.stringify(value))}::jsonb)`;
  return `COALESCE(jsonb_path_exists(${known}, '${paths[operator]}', ${variables}), false)`;
}

/** Returns the SQL of a field. `document` is the document's id, whatever its metadata say. */
function fieldSql(field: string, parameters: Parameters): string {
  return field === 'document' ? 'to_jsonb(d.id)' : `(d.metadata -> ${parameters.add(field)}::text)`;
}
