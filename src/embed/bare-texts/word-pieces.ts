import type { Tokenizer } from 'tokenizers';
import { unknownTokenId } from '../../base/index.js';
import { Characters, characterKinds } from './characters.js';

/** What tokenizer.json holds, as far as it matters here. */
interface TokenizerJson {
  readonly normalizer?: { readonly type?: string; readonly lowercase?: boolean } | null;
  readonly pre_tokenizer?: { readonly type?: string } | null;
  readonly added_tokens?: readonly AddedToken[];
  readonly model: {
    readonly type?: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly continuing_subword_prefix?: string;
    readonly max_input_chars_per_word?: number;
  };
}

interface AddedToken {
  readonly content: string;
  readonly special?: boolean;
  /** Whether it is looked for in the text as it is after normalizing. */
  readonly normalized?: boolean;
}

/** More words than a corpus of any size has often. */
const mostWords = 1 << 18;

/**
 * WordPiece as BERT has it, several times as fast as the library: words are looked up whole, and cut into pieces once. Texts
 * that hold anything unusual (a special token's name, half of a surrogate pair) are left to the library.
 */
export class WordPieces {
  readonly characters: Characters;
  /** The vocabulary as it was parsed: a map of it takes longer to make than the file to read. */
  readonly #pieces: Readonly<Record<string, number>>;
  readonly #prefix: string;
  readonly #unknown: number;
  readonly #longest: number;
  readonly #added: readonly string[];
  /** How names begin that only the normalized text may hold. */
  readonly #beginnings: ReadonlySet<string>;
  readonly #words = new Map<string, number | readonly number[]>();

  /**
   * Makes a reader of WordPiece from a parsed `tokenizer.json`.
   *
   * @returns undefined for tokenizers of another kind
   */
  static of(json: unknown): WordPieces | undefined {
    const { normalizer, pre_tokenizer: preTokenizer, model, added_tokens: added = [] } = json as Partial<TokenizerJson>;
    const isBert = normalizer?.type === 'BertNormalizer' && preTokenizer?.type === 'BertPreTokenizer';
    const unknown = unknownTokenId(json);
    return isBert && model?.type === 'WordPiece' && unknown !== undefined && added.every(isSpecial)
      ? new WordPieces(json as TokenizerJson, unknown)
      : undefined;
  }

  private constructor({ model, normalizer, added_tokens: added = [] }: TokenizerJson, unknown: number) {
    this.characters = new Characters(normalizer?.lowercase ?? true);
    this.#pieces = model.vocab;
    this.#prefix = model.continuing_subword_prefix ?? '##';
    this.#unknown = unknown;
    this.#longest = model.max_input_chars_per_word ?? 100;
    this.#added = added.map(({ content }) => content);
    this.#beginnings = new Set(added.filter(({ normalized }) => normalized).map(({ content }) => content[0]));
  }

  /** Learns characters beyond ASCII from the library, so that texts with them can be read, too. */
  learnFrom(tokenizer: Tokenizer): void {
    this.characters.learnFrom(tokenizer);
  }

  /** Returns the ids of a text, without special tokens; undefined if the library must be asked. */
  idsOf(text: string): number[] | undefined {
    const { kinds } = this.characters;
    const { same, replaced, alone, other } = characterKinds;
    const ids: number[] = [];
    let start = 0;
    let isSame = true;
    for (let i = 0, next = 0; i < text.length; i = next) {
      const code = text.codePointAt(i) as number;
      next = i + unitsOf(code);
      const kind = kinds[code] || this.characters.kindOf(code);
      if (kind === same) {
        continue;
      }
      if (kind === replaced) {
        isSame = false;
        continue;
      }
      if (kind === other) {
        return undefined;
      }
      this.#addWord(ids, text, start, i, isSame);
      if (kind === alone) {
        const written = this.characters.replacementOf(code);
        if (this.#beginnings.has(written)) {
          return undefined;
        }
        this.#add(ids, written);
      }
      start = next;
      isSame = true;
    }
    this.#addWord(ids, text, start, text.length, isSame);
    return this.#added.some((name) => text.includes(name)) ? undefined : ids;
  }

  #addWord(ids: number[], text: string, start: number, end: number, isSame: boolean): void {
    if (start < end) {
      const word = text.slice(start, end);
      this.#add(ids, isSame ? word : this.#replaced(word));
    }
  }

  #add(ids: number[], word: string): void {
    if (word === '') {
      return;
    }
    let found = this.#words.get(word);
    if (found === undefined) {
      found = this.#cut(word);
      if (this.#words.size >= mostWords) {
        this.#words.clear();
      }
      this.#words.set(word, found);
    }
    if (typeof found === 'number') {
      ids.push(found);
    } else {
      ids.push(...found);
    }
  }

  #replaced(word: string): string {
    let made = '';
    for (const character of word) {
      const code = character.codePointAt(0) as number;
      made += this.characters.kinds[code] === characterKinds.same ? character : this.characters.replacementOf(code);
    }
    return made;
  }

  #idOf(piece: string): number | undefined {
    return Object.hasOwn(this.#pieces, piece) ? this.#pieces[piece] : undefined;
  }

  /** Cuts a word into pieces, the longest possible first; gives the unknown token if that leads nowhere. */
  #cut(word: string): number | readonly number[] {
    if (word.length > this.#longest && [...word].length > this.#longest) {
      return this.#unknown;
    }
    const whole = this.#idOf(word);
    if (whole !== undefined) {
      return whole;
    }
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      let end = word.length;
      let id: number | undefined;
      for (; end > start; end--) {
        const piece = word.slice(start, end);
        id = this.#idOf(start > 0 ? this.#prefix + piece : piece);
        if (id !== undefined) {
          break;
        }
      }
      if (id === undefined) {
        return this.#unknown;
      }
      ids.push(id);
      start = end;
    }
    return ids;
  }
}

/** Says whether a token cannot be part of a usual text; one that is normalized must begin with a mark to be noticed. */
function isSpecial({ special, normalized, content }: AddedToken): boolean {
  return special === true && (!normalized || /^[!-/:-@[-`{-~]/.test(content));
}

function unitsOf(code: number): number {
  return code > 0xffff ? 2 : 1;
}
