import { OctavecError } from '../../base/index.js';
import { comparisons, type Filter, type FilterValue } from './filter.js';
import { filterTokens, type Token } from './filter-tokens.js';

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
  return new FilterParser(source).whole();
}

/** Descends from the rule that binds least, "or", to a single value; each method takes the tokens of its rule. */
class FilterParser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = filterTokens(source);
  }

  whole(): Filter {
    const filter = this.#either();
    const { kind, text } = this.#token;
    return kind === 'end' ? filter : this.#fail(`"and" or "or" is expected before ${text}`);
  }

  #either(): Filter {
    return this.#joined('or', () => this.#joined('and', () => this.#negated()));
  }

  #joined(kind: 'and' | 'or', part: () => Filter): Filter {
    const of = [part()];
    while (this.#takes(kind)) {
      of.push(part());
    }
    return of.length === 1 ? of[0] : { kind, of };
  }

  #negated(): Filter {
    this.#depth++;
    if (this.#depth > deepest) {
      this.#fail(`it is nested more than ${deepest} deep`);
    }
    const filter: Filter = this.#takes('not') ? { kind: 'not', of: this.#negated() } : this.#single();
    this.#depth--;
    return filter;
  }

  #single(): Filter {
    if (this.#takes('(')) {
      const inner = this.#either();
      return this.#takes(')') ? inner : this.#fail('")" is missing');
    }
    const { kind, text } = this.#token;
    if (kind !== 'word' && kind !== 'field') {
      this.#fail(kind === 'end' ? 'a condition is missing' : `a field is expected, not ${text}`);
    }
    this.#next++;
    return this.#condition(text);
  }

  #condition(field: string): Filter {
    if (this.#takes('exists')) {
      return { kind: 'exists', field };
    }
    if (this.#takes('like')) {
      const pattern = this.#value();
      return typeof pattern === 'string'
        ? { kind: 'like', field, pattern }
        : this.#fail('"like" needs a text in quotes');
    }
    if (this.#takes('in')) {
      return { kind: 'in', field, values: this.#list() };
    }
    if (this.#takes('not', 'in')) {
      return { kind: 'not', of: { kind: 'in', field, values: this.#list() } };
    }
    const { kind, text } = this.#token;
    const operator = comparisons.find((comparison) => kind === 'operator' && comparison === text);
    if (operator === undefined) {
      return this.#fail(`behind "${field}" one of ${comparisons.join(' ')} in like exists is expected`);
    }
    this.#next++;
    return { kind: 'compare', field, operator, value: this.#value() };
  }

  #list(): FilterValue[] {
    if (!this.#takes('(')) {
      this.#fail('behind "in" a list in parentheses is expected');
    }
    const values = [this.#value()];
    while (this.#takes(',')) {
      values.push(this.#value());
    }
    return this.#takes(')') ? values : this.#fail('")" is missing');
  }

  #value(): FilterValue {
    const { kind, text, at } = this.#tokens[this.#next++];
    const word = kind === 'word' ? text.toLowerCase() : '';
    if (kind === 'string') {
      return text;
    }
    if (kind === 'number') {
      return Number.isFinite(Number(text)) ? Number(text) : this.#fail(`${text} is beyond all numbers`, at);
    }
    return word === 'true' || word === 'false'
      ? word === 'true'
      : this.#fail('a text in quotes, a number, true or false is expected', at);
  }

  get #token(): Token {
    return this.#tokens[this.#next];
  }

  /** Takes these words and marks if they come next. */
  #takes(...expected: readonly string[]): boolean {
    const come = expected.every((text, i) => {
      const token = this.#tokens[this.#next + i];
      return ['word', 'mark'].includes(token.kind) && token.text.toLowerCase() === text;
    });
    this.#next += come ? expected.length : 0;
    return come;
  }

  #fail(why: string, at = this.#token.at): never {
    throw new OctavecError('FILTER_INVALID', { filter: this.#source, why, place: at + 1 });
  }
}
