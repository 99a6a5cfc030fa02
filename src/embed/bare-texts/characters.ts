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
 * What BERT's normalizer and pre-tokenizer do to single UTF-16 units. ASCII is known; of other characters the library is
 * asked, once each, as soon as it is there. Where it is in another thread, that thread's answers are learned.
 */
export class Characters {
  /** [65,536] */
  readonly kinds = new Uint8Array(0x10000);
  readonly #replacements = new Map<number, string>();
  #words: ((text: string) => string[]) | undefined;

  constructor(lowerCase: boolean) {
    for (let unit = 0x21; unit < 0x7f; unit++) {
      const character = String.fromCharCode(unit);
      const isLetter = /[A-Za-z0-9]/.test(character);
      const written = lowerCase ? character.toLowerCase() : character;
      this.kinds[unit] = !isLetter
        ? characterKinds.alone
        : written === character
          ? characterKinds.same
          : characterKinds.replaced;
      this.#replacements.set(unit, written);
    }
    for (const unit of ['\t', '\n', '\r', ' ']) {
      this.kinds[unit.charCodeAt(0)] = characterKinds.space;
    }
  }

  learnFrom(tokenizer: Tokenizer): void {
    const [normalizer, preTokenizer] = [tokenizer.getNormalizer(), tokenizer.getPreTokenizer()];
    this.#words = (text) => {
      const normal = normalizer?.normalizeString(text) ?? text;
      return preTokenizer?.preTokenizeString(normal).map(([word]) => word) ?? [normal];
    };
  }

  /** Tells what becomes of the characters of a text, each UTF-16 unit being one. */
  facts(text: string): CharacterFact[] {
    return unitsOf(text).map((unit) => ({ unit, kind: this.kindOf(unit), replacement: this.replacementOf(unit) }));
  }

  /** Takes over what another thread's library said. */
  learn(facts: readonly CharacterFact[]): void {
    for (const { unit, kind, replacement } of facts) {
      this.kinds[unit] = kind;
      this.#replacements.set(unit, replacement);
    }
  }

  /** Returns the characters of a text of which nothing has been learned, each once. */
  unknownIn(text: string): string {
    const unknown = new Set(unitsOf(text).filter((unit) => this.kinds[unit] === characterKinds.unknown));
    return String.fromCharCode(...unknown);
  }

  kindOf(unit: number): number {
    if (this.kinds[unit] === characterKinds.unknown && this.#words !== undefined) {
      this.kinds[unit] = this.#ask(unit, this.#words);
    }
    return this.kinds[unit] || characterKinds.other;
  }

  /** Returns what stands for a character that is `replaced` or `alone`. */
  replacementOf(unit: number): string {
    return this.#replacements.get(unit) ?? '';
  }

  #ask(unit: number, wordsOf: (text: string) => string[]): number {
    if (unit >= 0xd800 && unit <= 0xdfff) {
      return characterKinds.other;
    }
    const character = String.fromCharCode(unit);
    const words = wordsOf(`a${character}a`);
    if (words.length === 1 && words[0].startsWith('a') && words[0].endsWith('a')) {
      const inner = words[0].slice(1, -1);
      this.#replacements.set(unit, inner);
      return inner === character ? characterKinds.same : characterKinds.replaced;
    }
    if (words[0] !== 'a' || words.at(-1) !== 'a' || words.length > 3) {
      return characterKinds.other;
    }
    if (words.length === 2) {
      return characterKinds.space;
    }
    this.#replacements.set(unit, words[1]);
    return characterKinds.alone;
  }
}

/** Returns the UTF-16 units of a text. */
function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
