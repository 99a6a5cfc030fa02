/**
 * Compares texts by their characters, as UTF-8 and databases order them: below 0 if `a` comes first. JavaScript's own `<` puts
 * characters beyond U+FFFF, which it keeps as two halves, before those from U+E000 on.
 */
export function compareTexts(a: string, b: string): number {
  const { length } = a.length < b.length ? a : b;
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) {
      return rank(left) - rank(right);
    }
  }
  return a.length - b.length;
}

/** Puts halves of characters behind all whole ones. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
