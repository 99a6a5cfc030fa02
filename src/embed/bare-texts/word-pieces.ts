import type { Tokenizer } from 'tokenizers';
import { unknownTokenId } from '../../base/index.js';
import { Characters, characterKinds } from './characters.js';

/** What tokenizer.json holds, as far as it matters here. */
interface TokenizerJson {
  readonly normalizer?: { readonly type?: string; readonly lowercase?: boolean } | null;
  readonly pre_tokenizer?: { readonly type?: string } | null;
  readonly added_tokens?: readonly { readonly content: string; readonly special?: boolean }[];
  readonly model: {
    readonly type?: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly continuing_subword_prefix?: string;
    readonly max_input_chars_per_word?: number;
  };
}

/** More words than a corpus of any size has often. */
const mostWords = 1 << 18;

/**
 * WordPiece as BERT has it, several times as fast as the library: words are looked up whole, and cut into pieces once. Texts
 * that hold anything unusual (surrogate pairs, a special token's name) are left to the library.
 */
export class WordPieces {
  readonly characters: Characters;
  /** The vocabulary as it was parsed: a map of it takes longer to make than the file to read. */
  readonly #pieces: Readonly<Record<string, number>>;
  readonly #prefix: string;
  readonly #unknown: number;
  readonly #longest: number;
  readonly #added: readonly string[];
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
    return isBert && model?.type === 'WordPiece' && unknown !== undefined && added.every(({ special }) => special)
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
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const kind = kinds[unit] || this.characters.kindOf(unit);
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
        this.#add(ids, this.characters.replacementOf(unit));
      }
      start = i + 1;
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
    for (let i = 0; i < word.length; i++) {
      const unit = word.charCodeAt(i);
      made += this.characters.kinds[unit] === characterKinds.same ? word[i] : this.characters.replacementOf(unit);
    }
    return made;
  }

  #idOf(piece: string): number | undefined {
    return Object.hasOwn(this.#pieces, piece) ? this.#pieces[piece] : undefined;
  }

  /** Cuts a word into pieces, the longest possible first; gives the unknown token if that leads nowhere. */
  #cut(word: string): number | readonly number[] {
    const whole = this.#idOf(word);
    if (whole !== undefined) {
      return whole;
    }
    if (word.length > this.#longest) {
      return this.#unknown;
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
