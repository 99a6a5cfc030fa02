/** Writes texts as a list of SQL: ('it''s', 'b'). Quotes are the only sign with a meaning in them. */
export function textList(texts: Iterable<string>): string {
  const quoted = Array.from(texts, (text) => `'${text.replaceAll("'", "''")}'`);
  return `(${quoted.join(', ')})`;
}
