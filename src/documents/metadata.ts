import type { Metadata, MetadataValue } from './document.js';

/** Picks the fields of a record that filters can use: strings, numbers, Booleans, and lists of strings. */
export function metadataOf(record: object): Metadata {
  const entries = Object.entries(record).flatMap(([name, value]): [string, MetadataValue][] => {
    const usable = usableValue(value);
    return usable === undefined ? [] : [[name, usable]];
  });
  return Object.fromEntries(entries);
}

function usableValue(value: unknown): MetadataValue | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.every((item) => ['string', 'number', 'boolean'].includes(typeof item)) ? value.map(String) : undefined;
  }
  const isUsable = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  return typeof value === 'bigint' ? Number(value) : isUsable ? (value as MetadataValue) : undefined;
}
