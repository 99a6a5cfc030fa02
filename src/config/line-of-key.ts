/**
 * Finds the line of a TOML text, counted from 1, that sets a key or begins its table; else that of the nearest table
 * around it; undefined if there is neither.
 */
export function lineOfKey(text: string, path: readonly PropertyKey[]): number | undefined {
  const wanted = path.map(String);
  const isBegun = (keys: readonly string[]) => keys.length > 0 && keys.every((key, i) => key === wanted[i]);
  let table: readonly string[] = [];
  let best: { readonly line: number; readonly depth: number } | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const header = /^\s*\[{1,2}([^\]]+)\]/.exec(line);
    const keys = header === null ? [...table, ...keysOf(assigned.exec(line)?.[1] ?? '')] : keysOf(header[1]);
    table = header === null ? table : keys;
    const isNew = header !== null || keys.length > table.length;
    if (isNew && isBegun(keys) && keys.length > (best?.depth ?? 0)) {
      best = { line: i + 1, depth: keys.length };
    }
  }
  return best?.line;
}

const key = `(?:[\\w-]+|"[^"]*"|'[^']*')`;
const assigned = new RegExp(`^\\s*(${key}(?:\\s*\\.\\s*${key})*)\\s*=`);

/** Splits `a."b c"` into ["a", "b c"]. */
function keysOf(text: string): string[] {
  return [...text.matchAll(new RegExp(key, 'g'))].map(([word]) => word.replace(/^(["'])(.*)\1$/, '$2'));
}
