import type { Frame } from '../over-long.js';
import { packRows } from '../pack-rows.js';
import { readTokenizerJson } from '../read-tokenizer.js';
import { asGiven } from '../tokenize-texts.js';
import type { TextsToTokenize, TokenizedPart, TokenizerSettings } from '../tokenizer-protocol.js';
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

  /** @returns undefined for tokenizers of another kind */
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

  /** Returns what the thread would answer; undefined for texts that only the thread can read. */
  read({ texts, prompt, query }: TextsToTokenize): TokenizedPart | undefined {
    if (query !== undefined || texts.length > mostTexts) {
      return undefined;
    }
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

const usual = { prompt: '', overLong: 'error', truncationSide: 'right', overlap: 0, lanes: 1 } as const;

function sameIds(a: TokenizedPart, b: TokenizedPart): boolean {
  return a.ids.length === b.ids.length && a.ids.every((id, i) => id === b.ids[i]);
}
