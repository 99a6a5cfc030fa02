import type { Metadata } from '../documents/index.js';
import type { FilterValue } from '../store/index.js';

/**
 * Writes metadata as one text, a line for each value, so that SQL can ask for fields of any names and types: "\nlang\tten\n" has
 * the text "en" in the field "lang". A list has a line for each item, or one without a value if it is empty.
 */
export function fieldText(metadata: Metadata): string {
  const lines = Object.entries(metadata).flatMap(([field, value]) => {
    const values = Array.isArray(value) ? value.map(valueText) : [valueText(value as FilterValue)];
    return (values.length === 0 ? [''] : values).map((text) => `${fieldStart(field)}${text}`);
  });
  return lines.length === 0 ? '' : `${lines.join('')}\n`;
}

/** Returns what each line of a field begins with: the break before it, too. */
export function fieldStart(field: string): string {
  return `\n${escaped(field)}\t`;
}

/** Writes a value with its type. The order of such texts by their characters is that of the values. */
export function valueText(value: FilterValue): string {
  return typeof value === 'string'
    ? `t${escaped(value)}`
    : typeof value === 'number'
      ? `n${orderedBits(value)}`
      : `b${Number(value)}`;
}

/** Takes line breaks and tabs out of a text; what sorts before another text still does. */
export function escaped(text: string): string {
  return text.replace(/[\b\t\n]/g, (sign) => `\b${String.fromCharCode(sign.charCodeAt(0) + 0x60)}`);
}

const view = new DataView(new ArrayBuffer(8));

/** Writes the bits of a number in 16 hexadecimal digits, of which the smaller number has the smaller. */
function orderedBits(value: number): string {
  // +0 for −0, which is equal to it.
  view.setFloat64(0, value + 0);
  const bits = view.getBigUint64(0);
  const ordered = bits >> 63n === 1n ? ~bits & 0xffff_ffff_ffff_ffffn : bits | (1n << 63n);
  return ordered.toString(16).padStart(16, '0');
}
