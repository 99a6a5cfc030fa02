import type { Tokenizer } from 'tokenizers';
import { OctavecError, reasonOf } from '../base/index.js';
import { deadMemoryCollector, givingAway, serveCalls } from '../threads/index.js';
import { readBareTexts } from './bare-texts/bare-texts.js';
import { Characters } from './bare-texts/characters.js';
import { ShortTexts } from './bare-texts/short-texts.js';
import type { Frame } from './over-long.js';
import { tokenizePairs } from './pairs/tokenize-pairs.js';
import { readTokenizer } from './read-tokenizer.js';
import { decode, spell } from './spell.js';
import { asGiven, type LoadedTokenizer, tokenizeTexts } from './tokenize-texts.js';
import type { TextsToTokenize, TokenizerSettings, Tokenizing } from './tokenizer-protocol.js';

/** The thread that holds the tokenizer: loading one with a large vocabulary takes a second, and ids come as arrays. */

/** What an encoding takes for each of its tokens: ids, offsets, masks, words, and the token as a string. */
const encodingBytesPerToken = 128;

/** A text of so many characters takes about a tenth of a second. */
const longCharacters = 64 * 1024;

serveCalls<Tokenizing>(async (settings) => {
  const { frame, ...rest } = await load(settings);
  const loaded: LoadedTokenizer = { ...rest, frame: frame ?? { before: [], behind: [] } };
  const { library } = loaded;
  const characters = onFirstCall(async () => {
    // Nobody asks about ASCII, which alone depends on the case.
    const known = new Characters(true);
    known.learnFrom(await library());
    return known;
  });
  const collect = deadMemoryCollector();
  const tokenize = async (question: TextsToTokenize) => {
    const { query } = question;
    const part = await (query === undefined ? tokenizeTexts(loaded, question) : tokenizePairs(loaded, query, question));
    const { ids, offsets, rowOffsets, lengths, types } = part;
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    // When the answer is on its way.
    setImmediate(collect, tokens * encodingBytesPerToken);
    return givingAway(part, [ids, offsets, rowOffsets, lengths, ...(types ? [types] : [])]);
  };
  // One after the other, in the order of the calls: a thread that is busy with one text is enough. Texts that take long
  // have a line of their own, so that nobody else waits for them.
  const lines: Record<'short' | 'long', Promise<unknown>> = { short: Promise.resolve(), long: Promise.resolve() };
  return {
    ready: { frame, readsShortTexts: await readsShortTexts(settings, frame, loaded) },
    answers: {
      tokenize: (question) => {
        const line = question.texts.some(({ length }) => length > longCharacters) ? 'long' : 'short';
        const answer = lines[line].then(() => tokenize(question));
        lines[line] = answer.catch(() => undefined);
        return answer;
      },
      characters: async (text) => (await characters()).facts(text),
      spell: async (question) => spell(await library(), question, (text) => asGiven(text, settings)),
      decode: async (question) => decode(await library(), question),
    },
  };
});

/**
 * Says whether short texts may be read without the library. If anything is wrong with a tokenizer, the library reports
 * it better.
 */
async function readsShortTexts(
  settings: TokenizerSettings,
  frame: Frame | undefined,
  loaded: LoadedTokenizer,
): Promise<boolean> {
  if (frame === undefined) {
    return false;
  }
  if (loaded.bare !== undefined) {
    // It is read here without the library, too, in the same way: there is nothing to compare.
    return loaded.bare.pieces !== undefined;
  }
  const short = await ShortTexts.of(settings, frame).catch(() => undefined);
  const agrees = short?.agreesWith((question) => tokenizeTexts(loaded, question));
  return agrees?.catch(() => false) ?? false;
}

/**
 * Loads the tokenizer with the library.
 *
 * @throws TOKENIZER_INVALID
 */
async function load(
  settings: TokenizerSettings,
): Promise<Omit<LoadedTokenizer, 'frame'> & { readonly frame: Frame | undefined }> {
  const { path, staticReading, maxTokens } = settings;
  try {
    if (staticReading === undefined) {
      const tokenizer = await loadLibrary(settings);
      return { library: async () => tokenizer, frame: await frameOf(tokenizer), settings };
    }
    const bare = await readBareTexts(path, staticReading, maxTokens);
    // Loading it takes longer than all else that a static model needs.
    const library = onFirstCall(async () => {
      const tokenizer = await loadLibrary(settings);
      bare.pieces?.learnFrom(tokenizer);
      return tokenizer;
    });
    if (bare.pieces === undefined) {
      await library();
    }
    return { library, frame: { before: [], behind: [] }, settings, bare };
  } catch (error) {
    throw new OctavecError('TOKENIZER_INVALID', { path, why: reasonOf(error) });
  }
}

async function loadLibrary({ path, tokenizerLowerCase }: TokenizerSettings): Promise<Tokenizer> {
  const tokenizer = await readTokenizer(path, tokenizerLowerCase);
  // What tokenizer.json says of padding and cutting is for other uses of it.
  tokenizer.disablePadding();
  tokenizer.disableTruncation();
  return tokenizer;
}

function onFirstCall<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Finds the special tokens around a text by tokenizing a word with and without them. */
async function frameOf(tokenizer: Tokenizer): Promise<Frame | undefined> {
  const word = (await tokenizer.encode('a', null, { addSpecialTokens: false })).getIds();
  const framed = (await tokenizer.encode('a')).getIds();
  const before = framed.findIndex((_, start) => word.every((id, i) => framed[start + i] === id));
  return before < 0 ? undefined : { before: framed.slice(0, before), behind: framed.slice(before + word.length) };
}
