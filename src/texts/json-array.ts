/**
 * Yields the elements of a JSON array as they stand in its text, one after the other, so that the text is never held as
 * a whole and numbers keep their digits. Elements are cut at commas outside of strings and brackets; the caller checks
 * whether they are valid JSON.
 *
 * @throws RangeError for what is no array, or one that has no end
 */
export async function* elementsOfArray(source: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  const nesting = new JsonNesting();
  let state: 'before' | 'inside' | 'behind' = 'before';
  let element = '';
  let count = 0;
  for await (const piece of source) {
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const character = piece[i];
      if (state !== 'inside') {
        if (state === 'before' && character === '[') {
          state = 'inside';
          start = i + 1;
        } else if (!/[\s\uFEFF]/.test(character)) {
          throw new RangeError(state === 'before' ? noArray : 'there is something behind the array');
        }
        continue;
      }
      const isEnd = (character === ',' || character === ']') && nesting.isOutside;
      if (!isEnd) {
        nesting.read(character);
        continue;
      }
      element += piece.slice(start, i);
      start = i + 1;
      // "[]" has no element; "[1,]" has one that is not JSON.
      if (character === ',' || count > 0 || element.trim() !== '') {
        count++;
        yield element;
      }
      element = '';
      state = character === ']' ? 'behind' : 'inside';
    }
    element += state === 'inside' ? piece.slice(start) : '';
  }
  if (state !== 'behind') {
    throw new RangeError(state === 'before' ? noArray : 'the array has no end; is the file whole?');
  }
}

const noArray = 'a .json file must hold an array of strings or objects; objects a line are .jsonl';

/** Follows JSON character by character, and knows whether it is within a string or brackets. */
class JsonNesting {
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  get isOutside(): boolean {
    return this.#depth === 0 && !this.#inString;
  }

  read(character: string): void {
    if (this.#isEscaped) {
      this.#isEscaped = false;
    } else if (this.#inString) {
      this.#isEscaped = character === '\\';
      this.#inString = character !== '"';
    } else if (character === '"') {
      this.#inString = true;
    } else if (character === '{' || character === '[') {
      this.#depth++;
    } else if (this.#depth > 0 && (character === '}' || character === ']')) {
      this.#depth--;
    }
  }
}
