import { OctavecError } from '../../base/index.js';
import { type Comparison, comparisons, type Filter, type FilterValue } from './filter.js';

const tokenPattern =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|([\p{L}_][\p{L}\p{N}_.-]*)|`([^`]+)`|(<=|>=|!=|=|<|>)|([(),]))/uy;

interface Token {
  readonly kind: 'string' | 'number' | 'word' | 'field' | 'operator' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

/** Deeper ones are not written by people. */
const deepest = 100;

/**
 * Reads a filter: comparisons (`=`, `!=`, `<`, `<=`, `>`, `>=`), `in (…)`, `like "…%"` and `exists`, put together with `and`, `or`,
 * `not` and parentheses.
 *
 * @throws FILTER_INVALID with the place
 * @example
 * ```ts
 * parseFilter('lang = "en" and year >= 2020');
 * ```
 */
export function parseFilter(source: string): Filter {
  const tokens = tokensOf(source);
  let next = 0;
  let depth = 0;
  const fail = (why: string, at = tokens[next].at): never => {
    throw new OctavecError('FILTER_INVALID', { filter: source, why, place: at + 1 });
  };
  const isWord = (word: string, ahead = 0) => {
    const { kind, text } = tokens[next + ahead];
    return kind === 'word' && text.toLowerCase() === word;
  };
  const takeWord = (word: string) => isWord(word) && next++ >= 0;
  const takeMark = (mark: string) => tokens[next].kind === 'mark' && tokens[next].text === mark && next++ >= 0;

  const joined = (kind: 'and' | 'or', part: () => Filter): Filter => {
    const of = [part()];
    while (takeWord(kind)) {
      of.push(part());
    }
    return of.length === 1 ? of[0] : { kind, of };
  };
  const either = (): Filter => joined('or', () => joined('and', negated));
  const negated = (): Filter => {
    depth++;
    if (depth > deepest) {
      fail(`it is nested more than ${deepest} deep`);
    }
    const filter: Filter = takeWord('not') ? { kind: 'not', of: negated() } : single();
    depth--;
    return filter;
  };
  const single = (): Filter => {
    if (takeMark('(')) {
      const inner = either();
      if (!takeMark(')')) {
        fail('")" is missing');
      }
      return inner;
    }
    const token = tokens[next];
    if (token.kind !== 'word' && token.kind !== 'field') {
      fail(token.kind === 'end' ? 'a condition is missing' : `a field is expected, not ${token.text}`);
    }
    next++;
    return condition(token.text);
  };
  const condition = (field: string): Filter => {
    if (takeWord('exists')) {
      return { kind: 'exists', field };
    }
    if (takeWord('like')) {
      const pattern = value();
      return typeof pattern === 'string' ? { kind: 'like', field, pattern } : fail('"like" needs a text in quotes');
    }
    if (takeWord('in')) {
      return { kind: 'in', field, values: list() };
    }
    if (isWord('not') && isWord('in', 1)) {
      next += 2;
      return { kind: 'not', of: { kind: 'in', field, values: list() } };
    }
    const { kind, text } = tokens[next];
    if (kind !== 'operator') {
      fail(`behind "${field}" one of ${comparisons.join(' ')} in like exists is expected`);
    }
    next++;
    return { kind: 'compare', field, operator: text as Comparison, value: value() };
  };
  const list = (): FilterValue[] => {
    if (!takeMark('(')) {
      fail('behind "in" a list in parentheses is expected');
    }
    const values = [value()];
    while (takeMark(',')) {
      values.push(value());
    }
    return takeMark(')') ? values : fail('")" is missing');
  };
  const value = (): FilterValue => {
    const token = tokens[next++];
    if (token.kind === 'string') {
      return token.text;
    }
    if (token.kind === 'number') {
      const number = Number(token.text);
      return Number.isFinite(number) ? number : fail(`${token.text} is beyond all numbers`, token.at);
    }
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    return word === 'true' || word === 'false'
      ? word === 'true'
      : fail('a text in quotes, a number, true or false is expected', token.at);
  };

  const filter = either();
  return tokens[next].kind === 'end' ? filter : fail(`"and" or "or" is expected before ${tokens[next].text}`);
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (source.slice(tokenPattern.lastIndex).trim() !== '') {
    const start = tokenPattern.lastIndex;
    const found = tokenPattern.exec(source);
    if (found === null) {
      const at = start + (/\S/.exec(source.slice(start))?.index ?? 0);
      const why = /["'`]/.test(source[at]) ? 'a quotation mark is not closed' : `"${source[at]}" is not understood`;
      throw new OctavecError('FILTER_INVALID', { filter: source, why, place: at + 1 });
    }
    const [whole, quoted, number, word, field, operator, mark] = found;
    const at = start + whole.length - whole.trimStart().length;
    const text = quoted === undefined ? (number ?? word ?? field ?? operator ?? mark) : unquoted(quoted);
    const kinds = { string: quoted, number, word, field, operator, mark };
    const kind = Object.entries(kinds).find(([, value]) => value !== undefined)?.[0] as Token['kind'];
    tokens.push({ kind, text, at });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: source.length }];
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

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
