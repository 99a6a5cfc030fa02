/**
 * Yields the elements of a JSON array as they stand in its text, one after the other, so that the text is never held as
 * a whole and numbers keep their digits. Elements are cut at commas outside of strings and brackets; the caller checks
 * whether they are valid JSON.
 *
 * @throws RangeError for what is no array, or one that has no end
 */
export async function* elementsOfArray(source: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let state: 'before' | 'inside' | 'behind' = 'before';
  let element = '';
  let count = 0;
  for await (const piece of source) {
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const character = piece[i];
      if (inString) {
        if (isEscaped) {
          isEscaped = false;
        } else if (character === '\\') {
          isEscaped = true;
        } else if (character === '"') {
          inString = false;
        }
        continue;
      }
      if (state !== 'inside') {
        if (state === 'before' && character === '[') {
          state = 'inside';
          start = i + 1;
        } else if (!/[\s\uFEFF]/.test(character)) {
          throw new RangeError(state === 'before' ? noArray : 'there is something behind the array');
        }
        continue;
      }
      if (character === '"') {
        inString = true;
      } else if (character === '{' || character === '[') {
        depth++;
      } else if (depth > 0 && (character === '}' || character === ']')) {
        depth--;
      } else if (depth === 0 && (character === ',' || character === ']')) {
        element += piece.slice(start, i);
        start = i + 1;
        if (character === ']') {
          state = 'behind';
        }
        // "[]" has no element; "[1,]" has one that is not JSON.
        if (character === ',' || count > 0 || element.trim() !== '') {
          count++;
          yield element;
        }
        element = '';
      }
    }
    element += state === 'inside' ? piece.slice(start) : '';
  }
  if (state !== 'behind') {
    throw new RangeError(state === 'before' ? noArray : 'the array has no end; is the file whole?');
  }
}

const noArray = 'a .json file must hold an array of strings or objects; objects a line are .jsonl';
