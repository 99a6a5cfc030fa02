/** Scripts that are written without spaces: their characters are indexed in overlapping pairs. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const wordPattern = /[\p{L}\p{N}\p{M}_]+/gu;

/** Longer ones are no words that anybody asks for. */
const longestWord = 64;

/**
 * Returns the words of a text as they are searched: in lower case, in their composed form, without diacritics of Latin
 * letters ("Café" → "cafe").
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of normalized(text).matchAll(wordPattern)) {
    if (!unspaced.test(word)) {
      words.push(shortened(word));
      continue;
    }
    for (const run of word.split(
      /(?<=\p{Script=Latin}|\p{N})(?!\p{Script=Latin}|\p{N})|(?<!\p{Script=Latin}|\p{N})(?=\p{Script=Latin}|\p{N})/u,
    )) {
      const characters = [...run];
      if (characters.length === 1 || !unspaced.test(run)) {
        words.push(shortened(run));
        continue;
      }
      for (let i = 0; i + 1 < characters.length; i++) {
        words.push(characters[i] + characters[i + 1]);
      }
    }
  }
  return words;
}

/** Cuts a word, and not within a character: half of one cannot be written. */
function shortened(word: string): string {
  const end =
    word.length > longestWord && isFirstHalf(word.charCodeAt(longestWord - 1)) ? longestWord - 1 : longestWord;
  return word.slice(0, end);
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function normalized(text: string): string {
  const lower = text.toLowerCase();
  // Most texts are ASCII, and need none of what takes long.
  return /^[\0-\x7f]*$/.test(lower)
    ? lower
    : lower
        .normalize('NFKD')
        .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
        .normalize('NFC');
}
