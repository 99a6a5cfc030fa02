import type { Metadata, MetadataValue } from '../../documents/index.js';
import { compareTexts } from './compare-texts.js';
import type { Comparison, Filter, FilterValue } from './filter.js';
import { isLike } from './like.js';

/**
 * Says whether a document passes a filter. A field that is not there, or is of another type than the value, compares
 * with nothing, so that only `not` and `!=` let it pass. A list passes if one of its items does.
 *
 * @example
 * ```ts
 * matchesFilter(parseFilter('year >= 2020'), { year: 2024 }); // true
 * ```
 */
export function matchesFilter(filter: Filter, metadata: Metadata): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((part) => matchesFilter(part, metadata));
    case 'or':
      return filter.of.some((part) => matchesFilter(part, metadata));
    case 'not':
      return !matchesFilter(filter.of, metadata);
    case 'exists':
      return Object.hasOwn(metadata, filter.field);
    case 'in':
      return valuesOf(metadata, filter.field).some((value) => filter.values.includes(value));
    case 'like': {
      const { pattern } = filter;
      return valuesOf(metadata, filter.field).some((value) => typeof value === 'string' && isLike(value, pattern));
    }
    default:
      return compares(filter.operator, valuesOf(metadata, filter.field), filter.value);
  }
}

function valuesOf(metadata: Metadata, field: string): readonly FilterValue[] {
  const value: MetadataValue | undefined = Object.hasOwn(metadata, field) ? metadata[field] : undefined;
  return value === undefined ? [] : typeof value === 'object' ? value : [value];
}

function compares(operator: Comparison, values: readonly FilterValue[], wanted: FilterValue): boolean {
  if (operator === '!=') {
    return !values.includes(wanted);
  }
  return values.some((value) => typeof value === typeof wanted && holds(operator, value, wanted));
}

function holds(operator: Exclude<Comparison, '!='>, value: FilterValue, wanted: FilterValue): boolean {
  const order =
    typeof value === 'string' && typeof wanted === 'string'
      ? compareTexts(value, wanted)
      : Number(value) - Number(wanted);
  switch (operator) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** Returns what filters ask of a document: its metadata, and as `document` its id, which no metadata can pretend to be. */
export function fieldsOf(id: string, metadata: Metadata): Metadata {
  return { ...metadata, document: id };
}
