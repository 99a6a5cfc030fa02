import { escaped } from './field-text.js';

/** One character of an escaped text: what is escaped is two signs. */
const anyCharacter = '(?:[^\\x08\\n]|\\x08.)';
const anyRest = '[^\\n]*';

/** Writes a text as a regular expression (of Rust) that matches it alone. */
export function exactly(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, codePoint);
}

/** Writes a pattern of `like` as a regular expression for escaped texts. */
export function likePattern(pattern: string): string {
  return pattern
    .split(/(%+|_)/)
    .map((part) => (part[0] === '%' ? `${anyCharacter}*` : part === '_' ? anyCharacter : exactly(escaped(part))))
    .join('');
}

/** Writes a regular expression for escaped texts that sort behind a text. */
export function afterPattern(text: string, orEqual: boolean): string {
  const longer = `${exactly(text)}${orEqual ? anyRest : '[^\\n]+'}`;
  const other = differing([...text], (sign) => `[^\\n\\x{0}-${codePoint(sign)}]${anyRest}`);
  return other === undefined ? longer : `(?:${longer}|${other})`;
}

/** Writes a regular expression for escaped texts that sort before a text; undefined where none does. */
export function beforePattern(text: string, orEqual: boolean): string | undefined {
  // A text that ends where this one goes on comes before it.
  const other = differing([...text], (sign) => `(?:[^\\n${codePoint(sign)}-\\x{10FFFF}]${anyRest})?`);
  return orEqual ? (other === undefined ? '' : `(?:${exactly(text)}|${other})`) : other;
}

/** Joins, for each place of a text, what differs there first. Halves are put together, so that it stays short and flat. */
function differing(signs: readonly string[], at: (sign: string) => string): string | undefined {
  if (signs.length < 2) {
    return signs.length === 0 ? undefined : at(signs[0]);
  }
  const half = signs.length >> 1;
  const [first, second] = [signs.slice(0, half), signs.slice(half)];
  return `(?:${differing(first, at)}|${exactly(first.join(''))}${differing(second, at)})`;
}

function codePoint(sign: string): string {
  return `\\x{${(sign.codePointAt(0) as number).toString(16)}}`;
}
