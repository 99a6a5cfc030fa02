import { OctavecError } from '../../base/index.js';

const kinds = ['string', 'number', 'word', 'field', 'operator', 'mark'] as const;

/** Each kind is a group of the same place in {@link kinds}. */
const tokenPattern =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|([\p{L}_][\p{L}\p{N}_.-]*)|`([^`]+)`|(<=|>=|!=|=|<|>)|([(),]))/uy;

/** A part of a filter's text. Strings are without their quotation marks, fields without their backticks. */
export interface Token {
  readonly kind: (typeof kinds)[number] | 'end';
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

/**
 * Cuts the text of a filter into tokens; the last one stands for its end.
 *
 * @throws FILTER_INVALID with the place
 */
export function filterTokens(source: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (source.slice(tokenPattern.lastIndex).trim() !== '') {
    const start = tokenPattern.lastIndex;
    const found = tokenPattern.exec(source);
    if (found === null) {
      throw notUnderstood(source, start);
    }
    const [whole, ...groups] = found;
    const group = groups.findIndex((text) => text !== undefined);
    const text = kinds[group] === 'string' ? unquoted(groups[group]) : groups[group];
    tokens.push({ kind: kinds[group], text, at: start + whole.length - whole.trimStart().length });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: source.length }];
}

function notUnderstood(source: string, start: number): OctavecError {
  const at = start + (/\S/.exec(source.slice(start))?.index ?? 0);
  const why = /["'`]/.test(source[at]) ? 'a quotation mark is not closed' : `"${source[at]}" is not understood`;
  return new OctavecError('FILTER_INVALID', { filter: source, why, place: at + 1 });
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}
