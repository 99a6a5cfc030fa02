/** Quotes a word for a shell, so that nothing in it has a special meaning. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
