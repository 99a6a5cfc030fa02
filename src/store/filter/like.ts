/**
 * Says whether a text is like a pattern of SQL: `%` stands for any text, `_` for one character. The time is at most that of
 * pattern times text; a regular expression would try every length for every `%`, and a pattern with many would never end.
 */
export function isLike(text: string, pattern: string): boolean {
  const [signs, wanted] = [[...text], [...pattern]];
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
