import type { Metadata, MetadataValue } from '../../documents/index.js';
import { compareTexts } from './compare-texts.js';
import type { Comparison, Filter, FilterValue } from './filter.js';
import { likeTest } from './like.js';

/** Says of a document, by its id and metadata, whether it passes a filter. */
export type DocumentTest = (id: string | undefined, metadata: Metadata) => boolean;

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
  return filterTest(filter)(undefined, metadata);
}

/**
 * Prepares a filter for many documents. `document` is the id, where one is given: no metadata can pretend to be it.
 */
export function filterTest(filter: Filter): DocumentTest {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.of.map(filterTest);
      return (id, metadata) => parts.every((part) => part(id, metadata));
    }
    case 'or': {
      const parts = filter.of.map(filterTest);
      return (id, metadata) => parts.some((part) => part(id, metadata));
    }
    case 'not': {
      const part = filterTest(filter.of);
      return (id, metadata) => !part(id, metadata);
    }
    case 'exists': {
      const value = reader(filter.field);
      return (id, metadata) => value(id, metadata) !== undefined;
    }
    case 'in': {
      const wanted = new Set(filter.values);
      return some(filter.field, (value) => wanted.has(value));
    }
    case 'like': {
      const isLike = likeTest(filter.pattern);
      return some(filter.field, (value) => typeof value === 'string' && isLike(value));
    }
    default:
      return comparison(filter.field, filter.operator, filter.value);
  }
}

function reader(field: string): (id: string | undefined, metadata: Metadata) => MetadataValue | undefined {
  const own = (metadata: Metadata) => (Object.hasOwn(metadata, field) ? metadata[field] : undefined);
  return field === 'document' ? (id, metadata) => id ?? own(metadata) : (_, metadata) => own(metadata);
}

/** Tests a value, or the items of a list until one passes. */
function some(field: string, test: (value: FilterValue) => boolean): DocumentTest {
  const read = reader(field);
  return (id, metadata) => {
    const value = read(id, metadata);
    return value !== undefined && (typeof value === 'object' ? value.some(test) : test(value));
  };
}

function comparison(field: string, operator: Comparison, wanted: FilterValue): DocumentTest {
  const is = (holds: (order: number) => boolean) =>
    some(field, (value) => typeof value === typeof wanted && holds(compare(value, wanted)));
  switch (operator) {
    case '=':
      return some(field, (value) => value === wanted);
    case '!=': {
      const equal = some(field, (value) => value === wanted);
      return (id, metadata) => !equal(id, metadata);
    }
    case '<':
      return is((order) => order < 0);
    case '<=':
      return is((order) => order <= 0);
    case '>':
      return is((order) => order > 0);
    default:
      return is((order) => order >= 0);
  }
}

function compare(value: FilterValue, wanted: FilterValue): number {
  return typeof value === 'string' && typeof wanted === 'string'
    ? compareTexts(value, wanted)
    : Number(value) - Number(wanted);
}
