/**
 * Splits "guide=docs.index" into a name and a path. A text without a name is a path alone, and so are "./a=b" and
 * "postgres://host/app?index=docs".
 */
export function namedPath(text: string): { readonly name?: string; readonly path: string } {
  const [, name, path] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  return path === undefined ? { path: text } : { name, path };
}
