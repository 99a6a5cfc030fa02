/** What Python's `str.isspace` is true of. Unlike in JavaScript, U+FEFF is none, and the separators U+001C to U+001F are. */
const space = '[\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leading = new RegExp(`^${space}+`, 'u');
const single = new RegExp(space, 'u');

/** Removes white space around a text, as Python's `str.strip` does. */
export function strip(text: string): string {
  let end = text.length;
  while (end > 0 && single.test(text[end - 1])) {
    end--;
  }
  return text.slice(0, end).replace(leading, '');
}
