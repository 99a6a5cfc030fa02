/** Writes texts as a list of SQL: ('it''s', 'b'). */
export function textList(texts: Iterable<string>): string {
  return `(${Array.from(texts, quoted).join(', ')})`;
}

/** Writes a text of SQL. Quotes are the only sign with a meaning in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
