/** With more changes than a letter in three, a name is another word rather than the same one mistyped. */
const lettersAChange = 3;

/**
 * Returns the known name that takes the fewest changes of letters to come to from another; capitals are no change.
 * undefined where none is near enough to have been meant.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  // A name that is many times longer, from outside, is near to none: no need to compare its letters.
  const longest = Math.max(...known.map(({ length }) => length));
  if (name.length > 2 * longest + 1) {
    return undefined;
  }
  const distances = known.map((candidate) => editDistance(name.toLowerCase(), candidate.toLowerCase()));
  const least = Math.min(...distances);
  const nearest = known[distances.indexOf(least)];
  const most = Math.max(1, Math.floor(Math.max(name.length, nearest?.length ?? 0) / lettersAChange));
  return least <= most ? nearest : undefined;
}

/** Counts the insertions, deletions and replacements that turn one word into the other (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
