/** A row, by its columns. */
export type SqlRow = Readonly<Record<string, unknown>>;

const tokenPattern = /\s*('(?:[^']|'')*'|[A-Za-z_]+|-?\d+|!=|<=|>=|[<>=(),])/y;

/**
 * Reads a condition in what octavec uses of LanceDB's SQL: AND, OR, NOT, comparisons, IN, LIKE with backslash as its escape, and the
 * functions contains and regexp_like. Anything else is an error, as it is to LanceDB.
 */
export function sqlTest(sql: string): (row: SqlRow) => boolean {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < sql.trimEnd().length) {
    const at = tokenPattern.lastIndex;
    const [, token] = tokenPattern.exec(sql) ?? wrong(`"${sql.slice(at, at + 20)}"`);
    tokens.push(token);
  }
  let at = 0;
  const next = () => tokens[at++] ?? wrong('the end');
  const take = (wanted: string) => {
    const token = next();
    return token === wanted ? token : wrong(`"${token}" in place of "${wanted}"`);
  };
  const isNext = (wanted: string) => tokens[at] === wanted && ++at > 0;
  const literal = (token = next()) =>
    token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : Number(token);

  const chain = (operator: string, part: () => (row: SqlRow) => boolean) => {
    const parts = [part()];
    while (isNext(operator)) {
      parts.push(part());
    }
    return (row: SqlRow) => (operator === 'AND' ? parts.every((one) => one(row)) : parts.some((one) => one(row)));
  };
  const either = (): ((row: SqlRow) => boolean) => chain('OR', both);
  const both = () => chain('AND', negated);
  const negated = (): ((row: SqlRow) => boolean) => {
    if (!isNext('NOT')) {
      return single();
    }
    const part = negated();
    return (row) => !part(row);
  };
  const single = (): ((row: SqlRow) => boolean) => {
    const token = next();
    switch (token) {
      case '(': {
        const inner = either();
        take(')');
        return inner;
      }
      case 'true':
      case 'false':
        return () => token === 'true';
      case 'contains':
      case 'regexp_like': {
        take('(');
        const column = next();
        take(',');
        const text = String(literal());
        take(')');
        // Rust writes code points as \x{1f600}.
        const pattern = token === 'contains' ? undefined : new RegExp(text.replaceAll('\\x{', '\\u{'), 'u');
        return (row) => pattern?.test(String(row[column])) ?? String(row[column]).includes(text);
      }
      default:
        return comparison(token);
    }
  };
  const comparison = (column: string): ((row: SqlRow) => boolean) => {
    const operator = next();
    if (operator === 'IN') {
      take('(');
      const values = [literal()];
      while (isNext(',')) {
        values.push(literal());
      }
      take(')');
      return (row) => values.includes(row[column] as string);
    }
    const value = literal();
    if (operator === 'LIKE') {
      const like = likePattern(String(value));
      return (row) => like.test(String(row[column]));
    }
    const holds = comparisons[operator] ?? wrong(`"${operator}"`);
    return (row) => holds(order(row[column], value));
  };

  const test = either();
  return at === tokens.length ? test : wrong(`"${tokens[at]}" behind the end`);
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Compares numbers, or texts by their bytes. */
function order(a: unknown, b: string | number): number {
  return typeof b === 'number' ? Number(a) - b : Buffer.compare(Buffer.from(String(a)), Buffer.from(b));
}

function likePattern(pattern: string): RegExp {
  // A backslash takes its meaning from the sign behind it.
  const parts = pattern.match(/\\[\s\S]|[\s\S]/gu) ?? [];
  const body = parts.map((part) => {
    const sign = part.length > 1 && part.startsWith('\\') ? part.slice(1) : part;
    return part === '%' ? '[\\s\\S]*' : part === '_' ? '[\\s\\S]' : `\\u{${sign.codePointAt(0)?.toString(16)}}`;
  });
  return new RegExp(`^${body.join('')}$`, 'u');
}

function wrong(what: string): never {
  throw new Error(`SQL that LanceDB would not read: ${what}`);
}
