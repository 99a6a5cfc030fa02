import type { Tokenizer } from 'tokenizers';
import { OctavecError, reasonOf } from '../base/index.js';
import type { IdsToDecode, SpelledText, TextsToSpell, Token } from './tokenizer-protocol.js';

/**
 * Cuts texts into tokens as people read them.
 *
 * @param asGiven does to a text what is done before the tokenizer sees it
 * @throws TEXT_INVALID
 */
export async function spell(
  tokenizer: Tokenizer,
  { texts, prompt, addSpecialTokens }: TextsToSpell,
  asGiven: (text: string) => string,
): Promise<readonly SpelledText[]> {
  const spelled: SpelledText[] = [];
  for (const [index, given] of texts.entries()) {
    const text = asGiven(prompt + given);
    try {
      const encoding = await tokenizer.encode(text, null, { addSpecialTokens });
      const [ids, names, special] = [encoding.getIds(), encoding.getTokens(), encoding.getSpecialTokensMask()];
      const places = encoding.getOffsets();
      const unitOf = unitOffsets(text);
      const tokens: Token[] = ids.map((id, i) => ({
        id,
        token: names[i],
        special: special[i] === 1,
        start: unitOf[places[i][0]],
        end: unitOf[places[i][1]],
      }));
      spelled.push({ text, tokens });
    } catch (error) {
      throw new OctavecError('TEXT_INVALID', { index, why: reasonOf(error) });
    }
  }
  return spelled;
}

/**
 * Puts token ids together to texts. An id that the vocabulary does not have is refused, not passed over.
 *
 * @throws TEXT_INVALID
 */
export async function decode(
  tokenizer: Tokenizer,
  { ids, skipSpecialTokens }: IdsToDecode,
): Promise<readonly string[]> {
  for (const [index, list] of ids.entries()) {
    const unknown = list.find((id) => tokenizer.idToToken(id) === null);
    if (unknown !== undefined) {
      throw new OctavecError('TEXT_INVALID', { index, why: `the vocabulary has no token with the id ${unknown}` });
    }
  }
  try {
    return await tokenizer.decodeBatch(
      ids.map((list) => [...list]),
      skipSpecialTokens,
    );
  } catch (error) {
    throw new OctavecError('TEXT_INVALID', { index: 0, why: reasonOf(error) });
  }
}

/** Counts the UTF-16 units before each Unicode character, since tokenizers count characters: [characters + 1]. */
function unitOffsets(text: string): number[] {
  const offsets = [0];
  for (const character of text) {
    offsets.push((offsets.at(-1) as number) + character.length);
  }
  return offsets;
}
