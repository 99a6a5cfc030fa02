import type { Filter, FilterValue } from './filter.js';

/**
 * Writes a filter as text that reads back as the same filter.
 *
 * @example
 * ```ts
 * formatFilter(parseFilter('year>=2020')); // 'year >= 2020'
 * ```
 */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of
        .map((part) => ('of' in part && part.kind !== 'not' ? `(${formatFilter(part)})` : formatFilter(part)))
        .join(` ${filter.kind} `);
    case 'not':
      return `not (${formatFilter(filter.of)})`;
    case 'exists':
      return `${named(filter.field)} exists`;
    case 'in':
      return `${named(filter.field)} in (${filter.values.map(shown).join(', ')})`;
    case 'like':
      return `${named(filter.field)} like ${shown(filter.pattern)}`;
    default:
      return `${named(filter.field)} ${filter.operator} ${shown(filter.value)}`;
  }
}

const keywords = new Set(['and', 'or', 'not', 'in', 'like', 'exists', 'true', 'false']);

function named(field: string): string {
  return /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(field) && !keywords.has(field.toLowerCase()) ? field : `\`${field}\``;
}

function shown(value: FilterValue): string {
  return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value);
}
