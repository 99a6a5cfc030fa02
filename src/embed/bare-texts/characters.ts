import type { Tokenizer } from 'tokenizers';
import type { CharacterFact } from '../tokenizer-protocol.js';

/** What becomes of a character before words are looked up. */
export const characterKinds = {
  /** Not asked yet. */
  unknown: 0,
  /** Part of a word, as it is. */
  same: 1,
  /** Part of a word as something else (lower case, without its accent), or left out. */
  replaced: 2,
  /** Ends a word. */
  space: 3,
  /** A word of its own. */
  alone: 4,
  /** Something that cannot be told character by character. */
  other: 5,
} as const;

/**
 * What BERT's normalizer and pre-tokenizer do to single characters. ASCII is known; of other characters the library is
 * asked, once each, as soon as it is there. Where it is in another thread, that thread's answers are learned.
 */
export class Characters {
  /** Of every code point. Pages of it that nobody writes to take no memory. */
  readonly kinds = new Uint8Array(0x110000);
  readonly #replacements = new Map<number, string>();
  #words: ((text: string) => string[]) | undefined;

  constructor(lowerCase: boolean) {
    for (let code = 0x21; code < 0x7f; code++) {
      const character = String.fromCodePoint(code);
      const isLetter = /[A-Za-z0-9]/.test(character);
      const written = lowerCase ? character.toLowerCase() : character;
      this.kinds[code] = !isLetter
        ? characterKinds.alone
        : written === character
          ? characterKinds.same
          : characterKinds.replaced;
      this.#replacements.set(code, written);
    }
    for (const character of ['\t', '\n', '\r', ' ']) {
      this.kinds[character.charCodeAt(0)] = characterKinds.space;
    }
    // Half of a surrogate pair. What becomes of it is the binding's choice, not the tokenizer's.
    this.kinds.fill(characterKinds.other, 0xd800, 0xe000);
  }

  learnFrom(tokenizer: Tokenizer): void {
    const [normalizer, preTokenizer] = [tokenizer.getNormalizer(), tokenizer.getPreTokenizer()];
    this.#words = (text) => {
      const normal = normalizer?.normalizeString(text) ?? text;
      return preTokenizer?.preTokenizeString(normal).map(([word]) => word) ?? [normal];
    };
  }

  /** Tells what becomes of the characters of a text. */
  facts(text: string): CharacterFact[] {
    return codesOf(text).map((code) => ({ code, kind: this.kindOf(code), replacement: this.replacementOf(code) }));
  }

  /** Takes over what another thread's library said. */
  learn(facts: readonly CharacterFact[]): void {
    for (const { code, kind, replacement } of facts) {
      this.kinds[code] = kind;
      this.#replacements.set(code, replacement);
    }
  }

  /** Returns the characters of a text of which nothing has been learned, each once. */
  unknownIn(text: string): string {
    const unknown = new Set(codesOf(text).filter((code) => this.kinds[code] === characterKinds.unknown));
    return String.fromCodePoint(...unknown);
  }

  kindOf(code: number): number {
    if (this.kinds[code] === characterKinds.unknown && this.#words !== undefined) {
      this.kinds[code] = this.#ask(code, this.#words);
    }
    return this.kinds[code] || characterKinds.other;
  }

  /** Returns what stands for a character that is `replaced` or `alone`. */
  replacementOf(code: number): string {
    return this.#replacements.get(code) ?? '';
  }

  #ask(code: number, wordsOf: (text: string) => string[]): number {
    const character = String.fromCodePoint(code);
    const words = wordsOf(`a${character}a`);
    if (words.length === 1 && words[0].startsWith('a') && words[0].endsWith('a')) {
      const inner = words[0].slice(1, -1);
      if (maySwap(inner)) {
        return characterKinds.other;
      }
      this.#replacements.set(code, inner);
      return inner === character ? characterKinds.same : characterKinds.replaced;
    }
    if (words[0] !== 'a' || words.at(-1) !== 'a' || words.length > 3) {
      return characterKinds.other;
    }
    if (words.length === 2) {
      return characterKinds.space;
    }
    this.#replacements.set(code, words[1]);
    return characterKinds.alone;
  }
}

function codesOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) as number);
}

/**
 * Says whether normalizing may swap a mark with the one beside it. Nearly all such marks are accents, which are taken
 * away; spacing marks with a combining class (of a few scripts, and of musical notes) stay. U+0345 goes behind them.
 */
function maySwap(text: string): boolean {
  return Array.from(text).some(
    (mark) => /\p{Mc}/u.test(mark) && !`\u0345${mark}`.normalize('NFD').startsWith('\u0345'),
  );
}
