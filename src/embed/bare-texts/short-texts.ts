import type { Frame } from '../over-long.js';
import { packRows } from '../pack-rows.js';
import { readTokenizerJson } from '../read-tokenizer.js';
import { asGiven } from '../tokenize-texts.js';
import type { CharacterFact, TextsToTokenize, TokenizedPart, TokenizerSettings } from '../tokenizer-protocol.js';
import { type BareTexts, readBareTexts } from './bare-texts.js';
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
  /** Of static models. */
  readonly #bare: BareTexts | undefined;

  private constructor(pieces: WordPieces, frame: Frame, settings: TokenizerSettings, bare?: BareTexts) {
    this.#pieces = pieces;
    this.#frame = frame;
    this.#settings = settings;
    this.#bare = bare;
  }

  /**
   * Makes a reader of short texts.
   *
   * @returns undefined for tokenizers of another kind
   */
  static async of(settings: TokenizerSettings, frame: Frame): Promise<ShortTexts | undefined> {
    const { path, staticReading, maxTokens, tokenizerLowerCase } = settings;
    if (staticReading !== undefined) {
      const bare = await readBareTexts(path, staticReading, maxTokens);
      return bare.pieces && new ShortTexts(bare.pieces, frame, settings, bare);
    }
    const pieces = WordPieces.of(await readTokenizerJson(path, tokenizerLowerCase));
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
    return this.#pieces.characters.unknownIn(short.map((input) => this.#given(input)).join(''));
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
    const { maxTokens } = this.#settings;
    const rows: (readonly (readonly number[])[])[] = [];
    const lengths = new Int32Array(texts.length);
    for (const [index, text] of texts.entries()) {
      const input = prompt + text;
      const row = input.length > mostCharacters ? undefined : this.#rowOf(this.#given(input));
      // What is too long is cut as the call says.
      if (row === undefined || row.length > maxTokens || this.#isCut(input)) {
        return undefined;
      }
      rows.push([this.#bare === undefined ? row : this.#bare.counted(row)]);
      lengths[index] = row.length;
    }
    return { ...packRows(rows), lengths, failures: [] };
  }

  /** Returns a text as it is tokenized. */
  #given(input: string): string {
    return this.#bare === undefined ? asGiven(input, this.#settings) : input;
  }

  /** Says whether a text is cut before it is tokenized. */
  #isCut(input: string): boolean {
    return this.#bare !== undefined && this.#bare.shortened(input).length < input.length;
  }

  #rowOf(given: string): readonly number[] | undefined {
    const ids = this.#pieces.idsOf(given);
    if (ids === undefined || this.#bare !== undefined) {
      return ids;
    }
    const { before, behind } = this.#frame;
    const row = [...before, ...ids, ...behind];
    return row.length > 0 ? row : [this.#settings.padTokenId];
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
