/**
 * Prepares a pattern of SQL: `%` stands for any text, `_` for one character. What it returns says whether a text is like it, in at
 * most the time of pattern times text; a regular expression would try every length for every `%`, and a pattern with many would
 * never end.
 */
export function likeTest(pattern: string): (text: string) => boolean {
  if (pattern.includes('_') || !isWellFormed(pattern)) {
    const wanted = [...pattern];
    return (text) => isLike([...text], wanted);
  }
  const [first, ...parts] = pattern.split('%');
  const last = parts.pop();
  if (last === undefined) {
    return (text) => text === first;
  }
  return (text) => {
    let from = first.length;
    const end = text.length - last.length;
    if (from > end || !text.startsWith(first) || !text.endsWith(last)) {
      return false;
    }
    // The first place of each part leaves most to those behind it.
    for (const part of parts) {
      const place = text.indexOf(part, from);
      if (place < 0) {
        return false;
      }
      from = place + part.length;
    }
    return from <= end;
  };
}

/** Says whether a text has no half of a character, which could be found within a whole one. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function isLike(signs: readonly string[], wanted: readonly string[]): boolean {
  let [at, next] = [0, 0];
  let [afterAny, anyFrom] = [-1, 0];
  while (at < signs.length) {
    const sign = wanted[next];
    if (sign === '%') {
      next++;
      afterAny = next;
      anyFrom = at;
    } else if (sign === '_' || sign === signs[at]) {
      next++;
      at++;
    } else if (afterAny >= 0) {
      // The last `%` takes one more; those before it need not be tried again.
      next = afterAny;
      anyFrom++;
      at = anyFrom;
    } else {
      return false;
    }
  }
  return wanted.slice(next).every((sign) => sign === '%');
}
