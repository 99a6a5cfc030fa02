import type { Metadata, MetadataValue } from '../documents/index.js';

/** A text as PostgreSQL takes it: neither NUL nor halves of characters. Both become the sign for what is unknown, U+FFFD. */
export function storable(text: string): string {
  return Buffer.from(text).toString().replaceAll('\0', '\ufffd');
}

export function storableMetadata(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [storable(name), storableValue(value)]));
}

function storableValue(value: MetadataValue): MetadataValue {
  return typeof value === 'string' ? storable(value) : typeof value === 'object' ? value.map(storable) : value;
}
