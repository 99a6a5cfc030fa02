/** Strings, brackets, colons, commas, and anything else that stands for a value. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/**
 * Returns the digits of a number as they stand in the text of a JSON object: numbers of JavaScript hold no more than 53
 * bits.
 *
 * @param json of an object, sound JSON
 * @returns the last of several with this name, undefined if there is no number under it
 */
export function rawNumber(json: string, name: string): string | undefined {
  let depth = 0;
  let key: string | undefined;
  let before = '';
  let found: string | undefined;
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      depth++;
    } else if (token === '}' || token === ']') {
      depth--;
    } else if (depth === 1 && token === ':') {
      key = JSON.parse(before);
    } else if (depth === 1 && token === ',') {
      key = undefined;
    } else if (depth === 1 && key === name) {
      found = /^-?\d/.test(token) ? token : undefined;
    }
    before = token;
  }
  return found;
}
