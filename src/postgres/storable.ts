import type { Metadata, MetadataValue } from '../documents/index.js';

/** Returns a text as PostgreSQL takes it: NUL and halves of characters become U+FFFD, the sign for what is unknown. */
export function storable(text: string): string {
  return Buffer.from(text).toString().replaceAll('\0', '\ufffd');
}

export function storableMetadata(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [storable(name), storableValue(value)]));
}

function storableValue(value: MetadataValue): MetadataValue {
  return typeof value === 'string' ? storable(value) : typeof value === 'object' ? value.map(storable) : value;
}
