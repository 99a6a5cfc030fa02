import { OctavecError } from '../base/index.js';
import type { Comparison, Filter, FilterValue } from '../store/index.js';
import { fieldStart, valueText } from './field-text.js';
import { quoted, textList } from './sql.js';
import { afterPattern, beforePattern, exactly, likePattern } from './value-pattern.js';

type Leaf = Exclude<Filter, { readonly kind: 'and' | 'or' | 'not' }>;

/** What LanceDB's parser of SQL takes, with something to spare. */
const deepest = 40;
/** A regular expression is compiled; longer ones take megabytes for each column of rows. */
const longestPattern = 1000;
/** So much of the values of an `in` stands in one regular expression. */
const valuesAtOnce = 10_000;

/**
 * Writes a filter as a condition of LanceDB's SQL on the columns `document` and `fields`: true or false, never null.
 *
 * @throws USAGE where LanceDB cannot be asked so much
 */
export function filterSql(filter: Filter): string {
  return joined(filter, false, 0);
}

function joined(filter: Filter, isNegated: boolean, depth: number): string {
  if (filter.kind === 'not') {
    return joined(filter.of, !isNegated, depth);
  }
  if (!('of' in filter)) {
    const sql = filter.field === 'document' ? documentSql(filter) : metadataSql(filter);
    return isNegated ? `NOT ${sql}` : sql;
  }
  const parts = partsOf(filter, filter.kind);
  const isAnd = (filter.kind === 'and') !== isNegated;
  const inner = depth + 1 + Math.ceil(Math.log2(Math.max(1, parts.length)));
  if (inner > deepest) {
    throw refused(`nested more than ${deepest} deep`, 'Write it flatter.');
  }
  return balanced(
    parts.map((part) => joined(part, isNegated, inner)),
    isAnd ? 'AND' : 'OR',
  );
}

/** Returns the parts of "a and (b and c)": a, b and c. */
function partsOf(filter: Filter, kind: 'and' | 'or'): readonly Filter[] {
  return filter.kind === kind ? filter.of.flatMap((part) => partsOf(part, kind)) : [filter];
}

/** Joins conditions as a tree: a chain of thousands is more than LanceDB's stack holds. */
function balanced(conditions: readonly string[], operator: 'AND' | 'OR'): string {
  if (conditions.length < 2) {
    return conditions[0] ?? `${operator === 'AND'}`;
  }
  const half = conditions.length >> 1;
  const [first, second] = [conditions.slice(0, half), conditions.slice(half)];
  return `(${balanced(first, operator)} ${operator} ${balanced(second, operator)})`;
}

/** Asks for the id of the document, which has a column and an index of its own. */
function documentSql(filter: Leaf): string {
  switch (filter.kind) {
    case 'exists':
      return 'true';
    case 'in': {
      const ids = filter.values.filter((value) => typeof value === 'string');
      return ids.length === 0 ? 'false' : `(document IN ${textList(ids)})`;
    }
    case 'like':
      return `(document LIKE ${quoted(filter.pattern.replaceAll('\\', '\\\\'))})`;
    default:
      return typeof filter.value === 'string'
        ? `(document ${filter.operator} ${quoted(filter.value)})`
        : `${filter.operator === '!='}`;
  }
}

/** Asks for metadata, which stand in one text ({@link fieldText}). */
function metadataSql(filter: Leaf): string {
  const start = fieldStart(filter.field);
  switch (filter.kind) {
    case 'exists':
      return `contains(fields, ${quoted(start)})`;
    case 'in':
      return oneOf(start, filter.values);
    case 'like':
      return fieldsMatch(`${exactly(`${start}t`)}${likePattern(checkedLength(filter.pattern))}\\n`);
    default:
      return filter.operator === '='
        ? oneOf(start, [filter.value])
        : filter.operator === '!='
          ? `(NOT ${oneOf(start, [filter.value])})`
          : ordered(start, filter.operator, filter.value);
  }
}

function oneOf(start: string, values: readonly FilterValue[]): string {
  const groups: string[][] = [];
  let room = 0;
  for (const text of values.map(valueText)) {
    if (text.length > room) {
      groups.push([]);
      room = valuesAtOnce;
    }
    groups[groups.length - 1].push(text);
    room -= text.length;
  }
  const conditions = groups.map((texts) =>
    texts.length === 1
      ? `contains(fields, ${quoted(`${start}${texts[0]}\n`)})`
      : fieldsMatch(`${exactly(start)}(?:${texts.map(exactly).join('|')})\\n`),
  );
  return balanced(conditions, 'OR');
}

function ordered(start: string, operator: Exclude<Comparison, '=' | '!='>, value: FilterValue): string {
  const text = valueText(typeof value === 'string' ? checkedLength(value) : value);
  const orEqual = operator.endsWith('=');
  const write = operator.startsWith('<') ? beforePattern : afterPattern;
  // Only values of the same type are compared, which their first letter tells.
  const pattern = write(text.slice(1), orEqual);
  return pattern === undefined ? 'false' : fieldsMatch(`${exactly(`${start}${text[0]}`)}${pattern}\\n`);
}

function fieldsMatch(pattern: string): string {
  return `regexp_like(fields, ${quoted(pattern)})`;
}

function checkedLength(text: string): string {
  if (text.length > longestPattern) {
    throw refused(
      `with a text of ${text.length} characters, and ${longestPattern} at most are compared by order or pattern`,
      'Shorten the text, or ask for equality (`=`).',
    );
  }
  return text;
}

function refused(why: string, hint: string): OctavecError {
  return new OctavecError('USAGE', { problem: `LanceDB cannot be asked with a filter that is ${why}`, hint });
}
