import type { Frame } from '../over-long.js';
import { packRows } from '../pack-rows.js';
import { readTokenizerJson } from '../read-tokenizer.js';
import { asGiven } from '../tokenize-texts.js';
import type { CharacterFact, TextsToTokenize, TokenizedPart, TokenizerSettings } from '../tokenizer-protocol.js';
import { WordPieces } from './word-pieces.js';

/** Texts of one call, and their characters: what is read in some ten microseconds. */
const mostTexts = 4;
const mostCharacters = 1024;

/** They are read in both ways before this one is believed. */
const samples = ['Hello world', "It's 20.5 °C: don't (over)react!", 'ELECTROENCEPHALOGRAPHICALLY a-b_c', '', ' x  y '];

/**
 * Short texts of WordPiece models, read on the calling thread: the way to the tokenizer's thread and back takes longer
 * than the reading.
 */
export class ShortTexts {
  readonly #pieces: WordPieces;
  readonly #frame: Frame;
  readonly #settings: TokenizerSettings;

  private constructor(pieces: WordPieces, frame: Frame, settings: TokenizerSettings) {
    this.#pieces = pieces;
    this.#frame = frame;
    this.#settings = settings;
  }

  /**
   * Makes a reader of short texts.
   *
   * @returns undefined for tokenizers of another kind
   */
  static async of(settings: TokenizerSettings, frame: Frame): Promise<ShortTexts | undefined> {
    const pieces = WordPieces.of(await readTokenizerJson(settings.path, settings.tokenizerLowerCase));
    return pieces && new ShortTexts(pieces, frame, settings);
  }

  /**
   * Tells whether the samples are read as the library reads them.
   *
   * @param ask reads texts with the library
   */
  async agreesWith(ask: (question: TextsToTokenize) => Promise<TokenizedPart>): Promise<boolean> {
    for (const sample of samples) {
      const question = { ...usual, texts: [sample] };
      const read = this.read(question);
      if (read !== undefined && !sameIds(read, await ask(question))) {
        return false;
      }
    }
    return true;
  }

  /** Returns characters that stand in the way of reading texts here, to ask the thread about; '' if there are none. */
  unknownCharacters(question: TextsToTokenize): string {
    const { texts, prompt } = question;
    const inputs = isFew(question) ? texts.map((text) => prompt + text) : [];
    const short = inputs.filter(({ length }) => length <= mostCharacters);
    return this.#pieces.characters.unknownIn(short.map((input) => asGiven(input, this.#settings)).join(''));
  }

  /** Takes over what the thread said: from now on texts with these characters are read, too. */
  learn(facts: readonly CharacterFact[]): void {
    this.#pieces.characters.learn(facts);
  }

  /** Returns what the thread would answer; undefined for texts that only the thread can read. */
  read(question: TextsToTokenize): TokenizedPart | undefined {
    if (!isFew(question)) {
      return undefined;
    }
    const { texts, prompt } = question;
    const { before, behind } = this.#frame;
    const rows: number[][][] = [];
    for (const text of texts) {
      const input = prompt + text;
      const ids = input.length > mostCharacters ? undefined : this.#pieces.idsOf(asGiven(input, this.#settings));
      // What is too long is cut as the call says.
      if (ids === undefined || before.length + ids.length + behind.length > this.#settings.maxTokens) {
        return undefined;
      }
      const row = [...before, ...ids, ...behind];
      rows.push([row.length > 0 ? row : [this.#settings.padTokenId]]);
    }
    return { ...packRows(rows), lengths: Int32Array.from(rows, ([row]) => row.length), failures: [] };
  }
}

/** Says whether the texts are no pairs, and few enough to be read here. */
function isFew({ texts, query }: TextsToTokenize): boolean {
  return query === undefined && texts.length <= mostTexts;
}

const usual = { prompt: '', overLong: 'error', truncationSide: 'right', overlap: 0, lanes: 1 } as const;

function sameIds(a: TokenizedPart, b: TokenizedPart): boolean {
  return a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
}
